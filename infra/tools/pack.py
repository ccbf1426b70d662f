"""Packs the functions the way Lambda wants them, and writes the template that goes with them.

    pack.py BINARIES OUT

BINARIES has a folder with a `bootstrap` for each function, as cargo-lambda lays them out. The same
binaries give the same zips: they bear no time, no owner and no permissions of this machine, and are
compressed by a version of zopfli that is pinned, not by the zlib that happens to be here.
"""

import hashlib
import re
import sys
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipInfo

from ruamel.yaml import YAML
from zopfli import ZipFile

TEMPLATE = Path(__file__).parents[1] / "template.yaml"
MAX_BYTES = 5_000_000
# Where the code is and what it was built for, which a deployment from zips at hand does not ask.
CODE_PARAMETERS = ("CodeBucket", "CodePrefix", "Architecture")


def pack(binary: Path, target: Path) -> int:
    """Writes a zip with the program that Lambda starts; says what has come out and answers its size."""
    program = binary.read_bytes()
    for path in (Path.home(), TEMPLATE.parents[1]):
        if str(path).encode() + b"/" in program:
            sys.exit(f"{binary}: has a path of this machine in it, below {path}")
    bootstrap = ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    bootstrap.create_system = 3  # Unix, whose permissions follow
    bootstrap.external_attr = 0o100755 << 16
    bootstrap.compress_type = ZIP_DEFLATED
    with ZipFile(target, "w") as archive:
        archive.writestr(bootstrap, program)
    packed = target.read_bytes()
    print(f"{hashlib.sha256(packed).hexdigest()}  {target.name}  {len(packed):,} bytes")
    return len(packed)


def point(template: dict) -> list[str]:
    """Has the template take the code from zips beside it; answers whose."""
    for name in CODE_PARAMETERS:
        del template["Parameters"][name]
    interface = template["Metadata"]["AWS::CloudFormation::Interface"]
    for group in interface["ParameterGroups"]:
        group["Parameters"][:] = [p for p in group["Parameters"] if p not in CODE_PARAMETERS]
    template["Globals"]["Function"]["Architectures"] = ["arm64"]
    # Only a simulated site is asked without encryption.
    address = template["Parameters"]["CsmBaseUrl"]
    if not address["AllowedPattern"].startswith("^https?:"):
        sys.exit(f"{TEMPLATE}: another pattern of addresses than expected")
    address["AllowedPattern"] = address["AllowedPattern"].replace("^https?:", "^https:")
    address["ConstraintDescription"] = address["ConstraintDescription"].replace("http(s)", "https")
    names = []
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            properties = resource["Properties"]
            key = properties["CodeUri"]["Key"].value
            name = key.removeprefix("${CodePrefix}").removesuffix(".zip")
            properties["CodeUri"] = f"./{name}.zip"
            names.append(name)
    return names


def main(binaries: Path, out: Path) -> None:
    """Packs what the template asks for, no more and no less."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1000
    yaml.indent(mapping=2, sequence=4, offset=2)
    template = yaml.load(TEMPLATE)
    sizes = [pack(binaries / name / "bootstrap", out / f"{name}.zip") for name in point(template)]
    if max(sizes) > MAX_BYTES:
        sys.exit(f"larger than {MAX_BYTES:,} bytes")
    written = out / TEMPLATE.name
    yaml.dump(template, written)
    if re.search(rf"(!Ref |\$\{{)({'|'.join(CODE_PARAMETERS)})\b", written.read_text()):
        sys.exit(f"{written}: something else asks for {' or '.join(CODE_PARAMETERS)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
