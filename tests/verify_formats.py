#!/usr/bin/env python3
"""Every report format of verify for all look-alike logs, read back by other programs' parsers.

verify_formats.py GPUVIRT SCHEMAS LOGS
"""
import json
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

try:
    import jsonschema
except ImportError as missing:
    print(f"SKIP: {missing}", file=sys.stderr)
    sys.exit(77)

program, schemas, logs = (os.path.abspath(path) for path in sys.argv[1:4])


def load(name):
    with open(os.path.join(schemas, name), encoding="utf-8") as file:
        return json.load(file)


def validator(name):
    report = "gpuvirt-report.schema.json"
    schema = load(name)
    resolver = jsonschema.RefResolver.from_schema(schema, store={report: load(report)})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def make_tree():
    """A folder for each log, with odd names too, and one whose log cannot be read."""
    folder = tempfile.mkdtemp()
    names = sorted(name for name in os.listdir(logs) if os.path.isdir(os.path.join(logs, name)))
    for number, name in enumerate(names):
        odd = [b"", b" <&\"'>", b"\xff\n", b"%:,"][number % 4]
        path = os.path.join(folder.encode(), name.encode() + odd)
        shutil.copytree(os.path.join(logs, name).encode(), path)
        with open(os.path.join(path, b"vmware.log"), "rb") as file:
            asked = b'mks.enable3d = "TRUE"' in file.read()
        machine = os.path.join(path, b"One.vmx")
        with open(machine, "wb") as file:
            file.write(b'virtualHW.version = "20"\n' + b'mks.enable3d = "TRUE"\n' * asked)
        os.utime(machine, (0, 0))
    os.makedirs(os.path.join(folder, "zz/vmware.log"))
    shutil.copy(os.path.join(folder, names[0], "One.vmx"), os.path.join(folder, "zz"))
    return folder, len(names)


def run(folder, form, *more):
    done = subprocess.run([program, "verify", "--output-format=" + form, *more, folder],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1, (form, done.returncode, done.stderr)
    return done.stdout


def check_json(folder, count):
    report = json.loads(run(folder, "json"))
    validator("gpuvirt-report.schema.json").validate(report)
    assert len(report["files"]) == count + 1
    assert report["summary"]["outcomes"]["failed"] == 1
    assert sum(report["summary"]["outcomes"].values()) == count + 1
    lines = [json.loads(line) for line in run(folder, "jsonl").splitlines()]
    for line in lines:
        validator("gpuvirt-report-line.schema.json").validate(line)
    assert [line["outcome"] for line in lines[1:-1]] == [f["outcome"] for f in report["files"]]
    return report


def check_others(folder, report):
    findings = [finding for file in report["files"] for finding in file.get("findings", [])]
    failed = report["summary"]["outcomes"]["failed"]
    (sarif,) = json.loads(run(folder, "sarif"))["runs"]
    jsonschema.Draft202012Validator(load("sarif-2.1.0.json")).validate(
        json.loads(run(folder, "sarif")))
    rules = [rule["id"] for rule in sarif["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in sarif["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
    assert len(sarif["results"]) == len(findings) + failed
    suites = xml.etree.ElementTree.fromstring(run(folder, "junit"))
    counted = sum(int(suite.get("failures")) for suite in suites)
    assert counted == sum(finding["severity"] != "note" for finding in findings)
    gitlab = json.loads(run(folder, "gitlab"))
    assert len({issue["fingerprint"] for issue in gitlab}) == len(gitlab) == len(findings) + failed
    assert run(folder, "github").count(b"\n") == len(findings) + failed


def main():
    folder, count = make_tree()
    report = check_json(folder, count)
    check_others(folder, report)
    assert run(folder, "json", "-j1") == run(folder, "json", "-j8")
    shutil.rmtree(folder)
    states = {file["verdict"]["state"] for file in report["files"] if "verdict" in file}
    assert states >= {"ON", "OFF", "HOST-FAIL", "CRASH", "UNKNOWN"}, states
    print(f"{count} logs, 7 formats")


main()
