"""Lints a SAM template with cfn-lint, as written and as CloudFormation will see it.

The second pass matters: a circular dependency between generated resources shows only after the transform.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """The template uses statements only, so no policy has to be looked up in IAM."""

    def load(self):
        return {}


def transformed(path):
    template = yaml_parse(pathlib.Path(path).read_text(encoding="utf-8"))
    for name, resource in template["Resources"].items():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = {"Bucket": "artifacts", "Key": f"{name}.zip"}
            resource.get("Metadata", {}).pop("BuildMethod", None)
    return transform(template, {}, NoManagedPolicies())


def lint(path):
    program = pathlib.Path(sys.executable).with_name("cfn-lint")
    return subprocess.run([str(program), "--regions", "eu-west-1", "--", path]).returncode


def main(path):
    failed = lint(path)
    with tempfile.TemporaryDirectory() as folder:
        plain = pathlib.Path(folder) / "transformed.json"
        plain.write_text(json.dumps(transformed(path), indent=1), encoding="utf-8")
        failed |= lint(str(plain))
    print("template: clean as written and as transformed" if not failed else "template: see above")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
