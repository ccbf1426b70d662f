#!/usr/bin/env python3
"""Writes the inputs that the fuzz targets begin with, below `seeds/`. Every person in them is invented.

Run it in any folder: it writes beside itself and gives the same bytes every time. So what is deflated
stands here as it is, since versions of zlib differ in what they write.

The first six bytes of an input say what to do with the others: two choices, of which each target
makes its own use, and four sizes of pieces.
"""

import base64
import pathlib
import shutil
import struct
import zlib

SEEDS = pathlib.Path(__file__).parent / "seeds"
# Sizes of 1, 2, 3 and 7 bytes; of 8 and 33; of 1 KiB; of 2 bytes.
CUTS = [bytes([0, 1, 2, 6]), bytes([7, 32, 7, 32]), bytes([129] * 4), bytes([1] * 4)]

CONTACTS = '"Id","LastName","Email","MailingCity"\n' + "".join(
    f'"003000000000{n:03}","Ada {n}","ada.{n}@mail.example.com","Zürich"\n' for n in range(12)
)
DEFLATED = base64.b85decode(
    "mD0Tm!Y~wu;oYl{%u;fiq(56l90c_O+zxHgK%=4^^xoXOF;n<j1VK1izQEzxUbSh|LT&lp?>V&byAJHTxVt$1d|dhdsb)%"
    "RqrYCfFB_f@%MB;G8c@<cI9$6nsV^ZO4)52^*QXy$zywSZoC2r7sRSEf18gMN0$X4!!4B8~I|<H!GvG{ubKo2}m*4`p04^"
    "lB1TKL~0j9Aq8WST)V>C53MfSh44*"
)
FIXED_TEXT, FIXED = b"Id,Name\n001,Acme\n", base64.b85decode("^Gwn4OUzB>GB7aIaZCm>00")
ZEROS = 300_000
DEFLATED_ZEROS = bytes.fromhex("edc1010d000000c2a0f74f6d0f0714") + bytes(290) + b"\xfc\x18"


def write(target, name, data, choices=(0, 0), cut=0):
    folder = SEEDS / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(bytes(choices) + CUTS[cut] + data)


def inflated(packed):
    return zlib.decompress(packed, -15)


def gzip(packed, flags=0, fields=b""):
    content = inflated(packed)
    head = b"\x1f\x8b\x08" + bytes([flags]) + bytes(4) + b"\0\xff" + fields
    return head + packed + struct.pack("<II", zlib.crc32(content), len(content))


class Zip:
    """A ZIP, written by hand so that any part of it may be odd."""

    def __init__(self):
        self.data, self.directory, self.count = b"", b"", 0

    def add(self, name, packed, method=8, behind="", flags=0, extra=b"", mode=0):
        content = inflated(packed) if method == 8 else packed
        name = name.encode()
        flags |= (0 if name.isascii() else 1 << 11) | (8 if behind else 0)
        sizes = struct.pack("<III", zlib.crc32(content), len(packed), len(content))
        common = struct.pack("<HHHHH", 20, flags, method, 0, 0x21)
        lengths = struct.pack("<HH", len(name), len(extra))
        offset = len(self.data)
        self.data += b"PK\x03\x04" + common + (bytes(12) if behind else sizes) + lengths + name
        self.data += extra + packed
        if behind:
            self.data += b"PK\x07\x08" if behind == "marked" else b""
            self.data += sizes
        self.directory += b"PK\x01\x02\x14\x03" + common + sizes + lengths + bytes(6)
        self.directory += struct.pack("<II", mode << 16, offset) + name + extra
        self.count += 1
        return self

    def end(self, wide=False, comment=b"", prefix=b""):
        start, size = len(self.data), len(self.directory)
        data = prefix + self.data + self.directory
        numbers = (self.count, self.count, size, start)
        if wide:
            at = start + size
            data += b"PK\x06\x06" + struct.pack("<QHHII", 44, 45, 45, 0, 0)
            data += struct.pack("<QQQQ", *numbers)
            data += b"PK\x06\x07" + struct.pack("<IQI", 0, at, 1)
            numbers = (0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
        data += b"PK\x05\x06" + bytes(4) + struct.pack("<HHII", *numbers)
        return data + struct.pack("<H", len(comment)) + comment


def containers():
    assert inflated(DEFLATED) == CONTACTS.encode() and inflated(FIXED) == FIXED_TEXT
    assert inflated(DEFLATED_ZEROS) == bytes(ZEROS)
    plain = CONTACTS[:200].encode()
    two = Zip().add("Account.csv", FIXED).add("Contact.csv", DEFLATED)
    inner = Zip().add("Contact.csv", FIXED).end()
    wide_extra = struct.pack("<HHQQ", 1, 16, len(inflated(FIXED)), len(FIXED))
    found = {
        "plain": plain,
        "gzip": gzip(FIXED),
        "gzip-named": gzip(DEFLATED, 8, b"Contact.csv\0"),
        "gzip-all-fields": gzip(FIXED, 0x1D, b"\x04\0abcdname\0comment\0"),
        "gzip-twice": gzip(FIXED) + gzip(FIXED) + bytes(16),
        "gzip-zeros": gzip(DEFLATED_ZEROS),
        "gzip-torn": gzip(DEFLATED)[:-9],
        "gzip-checksum": gzip(FIXED)[:-8] + bytes(4) + gzip(FIXED)[-4:],
        "zip": two.end(),
        "zip-wide": two.end(wide=True, comment=b"made by hand"),
        "zip-prefixed": two.end(prefix=b"#!/bin/sh\nexit 1\n"),
        "zip-torn": two.end()[:-30],
        "zip-empty": Zip().end(),
        "zip-stored": Zip().add("Data/", b"", 0, mode=0o40755).add("Data/Contact.csv", plain, 0).end(),
        "zip-stored-behind": Zip().add("Contact.csv", plain, 0, behind="marked").end(),
        "zip-behind": Zip().add("Käufer.csv", DEFLATED, behind="marked").add("b", FIXED).end(),
        "zip-behind-bare": Zip().add("a.csv", FIXED, behind="bare").end(),
        "zip-extra": Zip().add("a.csv", FIXED, extra=wide_extra).end(),
        "zip-in-zip": Zip().add("WE_1.zip", inner, 0).end(),
        "zip-odd": Zip().add("../a", FIXED).add("b", b"x", 0, flags=1).add("c", b"y", 93)
        .add("link", b"a.csv", 0, mode=0o120777).end(),
        "zip-zeros": Zip().add("zeros", DEFLATED_ZEROS).end(),
    }
    for number, (name, data) in enumerate(found.items()):
        write("container", name, data, cut=number % 3)
    write("container", "zip-small-limits", found["zip"], (1, 0))
    write("container", "gzip-small-limits", found["gzip-named"], (1, 0), 1)


# In the order of CHARSETS in targets/decoder.rs, with what Python calls them.
ENCODINGS = {
    0: "utf-8", 1: "utf-16-le", 2: "utf-16-be", 3: "utf-32-le", 4: "utf-32-be", 5: "cp1252",
    6: "shift_jis", 7: "iso2022_jp", 8: "euc_jp", 9: "euc_kr", 10: "big5", 11: "gbk", 12: "gb18030",
    27: "koi8_r", 32: "cp1251",
}
TEXTS = {
    "shift_jis": "Id,姓\n1,山田ｱ\n", "iso2022_jp": "Id,姓\n1,山田\n", "euc_jp": "Id,姓\n1,山田ｱ\n",
    "euc_kr": "Id,성\n1,김철수\n", "big5": "Id,姓\n1,陳大文\n", "gbk": "Id,姓\n1,陈大文\n",
    "gb18030": "Id,姓\n1,陈大文😀\n", "koi8_r": "Id,Имя\n1,Анна\n", "cp1251": "Id,Имя\n1,Анна\n",
    "cp1252": "Id,Name\n1,Zoë Müller €\n",
}


def decoded():
    for number, encoding in ENCODINGS.items():
        text = TEXTS.get(encoding, "Id,Name\n1,Zoë 山田 😀\n")
        write("decoder", encoding, text.encode(encoding), (number, number % 2), number % 2)
    marked = "\ufeffId,Name\n1,Zoë\n"
    write("decoder", "utf-8-marked", marked.encode(), (0, 0))
    write("decoder", "utf-16-wrong-mark", b"\xfe\xff" + marked[1:].encode("utf-16-le"), (1, 1))
    write("decoder", "utf-32-wrong-mark", b"\xfe\xff" + marked[1:].encode("utf-32-le"), (3, 1))
    write("decoder", "utf-32-marked", marked.encode("utf-32-le"), (3, 0), 1)
    twice = "MÃ¼ller Ã\u0081 â€™ \x85 \ufffd \0".encode()
    write("decoder", "suspicious", twice, (0, 0))
    write("decoder", "broken-utf-8", b"a\xc3b\xe2\x82c\xf0\x9f\x98\xff\xed\xa0\x80", (0, 1))
    write("decoder", "broken-utf-16", b"a\0\x00\xd8b\0\x00\xdc\x00", (1, 0))


def records():
    def csv(*lines, end="\n"):
        return end.join(lines) + end

    address = '"1 Main St,\nHall ""2"""'
    contacts = csv(
        "Id,AccountId,FirstName,LastName,Email,Phone,MailingStreet,SystemModstamp",
        f"003000000000001,001000000000001,Ada,Lovelace,ada@mail.example.com,1,{address},2024-05-01 10:00:00",
        "003000000000002,,,Byron,no email,,,",
        "003000000000001,001000000000001,Ada,L,ada@mail.example.com,2,,2024-06-01 10:00:00",
        "003000000000003,,Zoë,Müller,zoe@mail.example.com",
    )
    accounts = csv(
        "ID;NAME;TYPE;WEBSITE;ISDELETED;ISPERSONACCOUNT;PERSONEMAIL;PERSONCONTACTID",
        "001000000000001;Acme;Customer;acme.example.com;0;0;;",
        "001000000000002;Ada Lovelace;;;0;1;ada@mail.example.com;003000000000001",
        "001000000000003;Gone;;;1;0;;",
        end="\r\n",
    )
    report = csv(
        "Account Name,First Name,Last Name,Email", "Acme,Ada,Lovelace,ada@mail.example.com", "", "",
        "Contacts", '"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."',
        "Confidential Information - Do Not Distribute", "Generated By:  Ada  2026-11-22", "Acme",
    )
    errors = csv(
        "Id,Name,LastName,Email,_csm_object,_csm_code,_csm_import",
        "001000000000001,Acme,,,Account,name_missing,20261122T101112Z-0123456789abcdef",
        "003000000000001,,Lovelace,ada@mail.example.com,contact,email_invalid,",
        "x,y,,,Lead,,",
    )
    person = '{"attributes":{"type":"Contact","url":"/x"},"Id":"003000000000001","LastName":"Zo\\u00eb","Email":"z@mail.example.com","Account":{"Name":"Acme"}}'
    other = '{"attributes":{"type":"Contact"},"Id":"003000000000002","LastName":"\\ud83d\\ude00","Email":null}'
    found = {
        "contacts": (contacts, 0), "contacts-quoted": (CONTACTS, 0), "accounts": (accounts, 2),
        "report": (report, 0), "errors": (errors, 3),
        "quote-unclosed": (contacts.replace(',1,"1 Main', ',"1,"1 Main'), 0),
        "quote-misplaced": (CONTACTS.replace('"Ada 3"', '"Ada" 3'), 0),
        "mac": (CONTACTS.replace("\n", "\r"), 0),
        "tabs": (contacts.replace(",", "\t"), 0),
        "blanks": (contacts.replace("\n003", "\n,,,\n\r\n003"), 0),
        "twice": ("Id,LastName,Email,email\n003000000000001,A,a@x.example,b@x.example\n", 0),
        "inspector": ('"_"\t"Id"\t"LastName"\t"Email"\n"[Contact]"\t"003000000000001"\t"A"\t"a@x.example"\n', 0),
        "relations": ("Id,AccountId,ContactId,IsActive,IsDirect\n07k000000000001,001000000000001,003000000000001,true,false\n", 1),
        "json-array": (f"[{person},\n{other}]", 1),
        "json-lines": (f"{person}\n{other}\nnot json\n{person}\n", 1),
        "json-records": (f'{{"totalSize":2,"done":false,"records":[{person},{other}]}}', 1),
        "json-result": (f'{{"status":0,"result":{{"records":[{person}]}},"warnings":[]}}', 1),
    }
    for number, (name, (text, named)) in enumerate(found.items()):
        write("records", name, text.encode(), (named, 0), number % 2)
    write("records", "utf-16", ("\ufeff" + contacts).encode("utf-16-le"), (0, 0))
    write("records", "windows-1252", contacts.encode("cp1252"), (0, 5), 1)
    write("records", "shift-jis", contacts.replace("Zoë", "山田").replace("ü", "u").encode("shift_jis"), (0, 2))
    # The readers alone, each within limits of its own.
    for limits, name in enumerate(["contacts", "quote-unclosed", "report", "contacts-quoted"]):
        write("records", f"readers-{name}", found[name][0].encode(), (128 + limits, 0), 1)
    for limits, name in enumerate(["json-lines", "json-array", "json-records", "json-result"]):
        write("records", f"readers-{name}", found[name][0].encode(), (128 + limits, 0))
    write("records", "repeated", contacts.encode(), (0, 15), 2)
    write("records", "report-repeated", report.encode(), (0, 15), 3)


shutil.rmtree(SEEDS, ignore_errors=True)
containers()
decoded()
records()
