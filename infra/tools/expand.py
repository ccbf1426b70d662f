"""Writes the template as CloudFormation will see it, with what the transform makes of it.

    expand.py TEMPLATE OUT
"""

import json
import sys
from pathlib import Path

import boto3
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


def main(path: Path, out: Path) -> None:
    """Managed policies are not known here: the template has none."""
    template = yaml_parse(path.read_text())
    for resource in template["Resources"].values():
        code = resource.get("Properties", {}).get("CodeUri")
        if isinstance(code, str):
            # A file beside the template is in a bucket by then.
            resource["Properties"]["CodeUri"] = f"s3://code/{Path(code).name}"
    session = boto3.Session(region_name="eu-central-1")
    translator = Translator({}, Parser(), boto_session=session)
    expanded = translator.translate(template, {})
    out.write_text(json.dumps(expanded, indent=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
