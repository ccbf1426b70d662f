#!/usr/bin/env python3
"""What one would write by hand: contacts of a CSV as bodies of 100 for the bulk API."""

import csv
import json
import sys


def details(record):
    for name, column in [
        ("External ID", "Id"), ("Phone", "Phone"), ("Title", "Title"),
        ("Region", "MailingCountry"), ("Preferred language", "Languages__c"),
    ]:
        if record[column]:
            yield {"name": name, "values": [record[column]]}


def main(path):
    written, batch = 0, []
    with open(path, newline="", encoding="utf-8") as file:
        for record in csv.DictReader(file):
            batch.append({
                "operationType": "UPSERT",
                "payload": {
                    "email": record["Email"],
                    "displayName": f'{record["FirstName"]} {record["LastName"]}'.strip(),
                    "details": list(details(record)),
                },
            })
            if len(batch) == 100:
                written += len(json.dumps({"customers": batch}))
                batch = []
    written += len(json.dumps({"customers": batch}))
    print(written)


main(sys.argv[1])
