#!/usr/bin/env python3
"""Every report format for hostile files, read back by other programs' parsers.

report_formats.py REPORT_DUMP SCHEMAS JSON.MD

Exit status 77, with the reason, when a parser is not installed.
"""
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unicodedata
import urllib.parse
import xml.etree.ElementTree as ElementTree

try:
    import jsonschema
except ImportError:
    print("SKIP: python3-jsonschema is not installed", file=sys.stderr)
    sys.exit(77)
if shutil.which("xmllint") is None:
    print("SKIP: xmllint is not installed", file=sys.stderr)
    sys.exit(77)

dump_program = os.path.abspath(sys.argv[1])
schema_folder = sys.argv[2]
json_page = sys.argv[3]

HEAD = b'config.version = "8"\nvirtualHW.version = "21"\n'
GOOD = HEAD + b'mks.enable3d = "TRUE"\n'

# name -> (bytes, the codec that Python has for what the file declares)
DOCUMENTS = {
    b"good.vmx": (GOOD, "utf-8"),
    b"missing.vmx": (HEAD, "utf-8"),
    b"no newline.vmx": (HEAD + b'a = "1"', "utf-8"),
    b"only bom.vmx": (b"\xef\xbb\xbf" + GOOD, "utf-8"),
    b"bom.vmx": (b'\xef\xbb\xbfconfig.version = "8"\r\nmks.enable3d = "FALSE"', "utf-8"),
    b"crlf.vmx": (HEAD.replace(b"\n", b"\r\n") + b'mks.enable3d = "no"\r\n', "utf-8"),
    b"cr.vmx": (HEAD.replace(b"\n", b"\r") + b'mks.enable3d = "no"\r', "utf-8"),
    b"cache.vmx": (
        GOOD + b'vmotion.svga.a = "1"\nb = "2"\nvmotion.svga.c = "3"\nvmotion.svga.d = "4"',
        "utf-8",
    ),
    b"quote end.vmx": (HEAD + "a = \u201cx\u201d".encode(), "utf-8"),
    # U+FFE2 has two spellings: to write it by its characters would change the bytes.
    b"sjis twice.vmx": (
        b'.encoding = "Shift_JIS"\n' + HEAD + b'n = "1"\nn = "\xfa\x54"\n', "cp932"),
    b"removed end.vmx": (HEAD + b'vmotion.svga.a = "1"', "utf-8"),
    b"nul tail.vmx": (HEAD + b'vmotion.svga.a = "1"\0\0', "utf-8"),
    b"emoji.vmx": (
        HEAD
        + '\u00e9\U0001f600 = \u201c\U0001f600caf\u00e9\u201d\n'
          'dup = "x"\n\u4e2d\u6587\U0001f600 = \u201ca\u201d\nDUP = "x"\n'.encode(),
        "utf-8",
    ),
    b"gbk.vmx": (
        b'.encoding = "GBK"\n' + HEAD
        + "\u4e2d\u6587 = \u201c\u4e2d\u6587\u201d\nn = \"\u6587\"\nn = \"\u4e2d\"\n".encode("gbk"),
        "gbk",
    ),
    b"sjis.vmx": (
        b'.encoding = "Shift_JIS"\n' + HEAD
        + "\u65e5\u672c = \u201c\u8868\u201d\nmks.enable3d = \"\u8868\"\n".encode("cp932"),
        "cp932",
    ),
    b"latin.vmx": (
        b'.encoding = "windows-1252"\n' + HEAD
        + "\u00e9t\u00e9 = \u201cl\u2019\u00e9t\u00e9\u201d\n".encode("cp1252"),
        "cp1252",
    ),
    b"unknown.vmx": (
        b'.encoding = "klingon"\n' + HEAD
        + "\u00e9 = \u201c\u00e9\u201d\n".encode() + b'd = "1"\nd = "\xc3\xa9"\n\xe9 = x y\n',
        "utf-8",
    ),
    b"invalid.vmx": (
        b'.encoding = "UTF-8"\n' + HEAD
        + b'\xff\xfe\xe4\xb8 = x y\nbad = "\xff\x80"\nb\xff = unclosed value\n'
          b'q\xff = "\xc3\nsame\xff = "1"\nsame\xff = "1"\n',
        "utf-8",
    ),
    b"controls.vmx": (
        HEAD
        + b'a\x1b[31m = x y\nmks.enable3d = "\x1b]0;\x07<&>{0}[a](b)%0A::error::\x7f"\n'
        + '\u202e\u2066\u2028\u2029\u0085 = p q\nz = "\ufffe\uffff" junk\n'.encode()
        + b'x = "\x01\x02" \x1a y\n',
        "utf-8",
    ),
    b"duplicates.vmx": (
        HEAD + b'k = "1"\nk = "1"\nk = "2"\nk = "1"\nopen = "never closed\nplain words\n',
        "utf-8",
    ),
    b'q"uo\'te<&>.vmx': (HEAD, "utf-8"),
    b"new\nline\r\t.vmx": (HEAD, "utf-8"),
    b"per%0Acent,co:lon;x=1.vmx": (HEAD, "utf-8"),
    b"esc\x1b[31m\x7f.vmx": (HEAD, "utf-8"),
    "bidi\u202egnp.vmx".encode(): (HEAD, "utf-8"),
    "c1\u0085\u2028\ufffe\uffff\U0001f600.vmx".encode(): (HEAD, "utf-8"),
    b"bad\xff\xc3.vmx": (HEAD, "utf-8"),
    b"[link](http:x){0}.vmx": (HEAD, "utf-8"),
    b"sub/../folder.vmx": (HEAD, "utf-8"),
    b"not a.vmx": (b"#!/bin/sh\nexit 0\n", "utf-8"),
    b"locked.vmx": (HEAD, "utf-8"),
    b"failing.vmx.fail": (b"", "utf-8"),
}

RUNS = ["check", "diff", "dry", "fix", "diff-unsafe", "fix-unsafe"]
HOSTILE = {0x61C, 0x200E, 0x200F, 0x2028, 0x2029} | set(range(0x202A, 0x202F)) | set(
    range(0x2066, 0x206A))

failures = 0


def check(condition, *what):
    global failures
    if not condition:
        failures += 1
        print("FAIL", *what, file=sys.stderr)


def make_tree():
    folder = os.fsencode(tempfile.mkdtemp(prefix="gpuvirt-report-"))
    os.mkdir(os.path.join(folder, b"sub"))
    for name, (text, _) in DOCUMENTS.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(text)
    lock = os.path.join(folder, b"locked.vmx.lck")
    os.mkdir(lock)
    with open(os.path.join(lock, b"M12345.lck"), "wb") as file:
        file.write(b"not as VMware writes it")
    return folder


def dump(folder, form, run, names=None, extra=(), base=None):
    names = sorted(DOCUMENTS) if names is None else names
    base = os.path.realpath(folder) if base is None else base
    done = subprocess.run([dump_program, form, run, base, *extra, *names], cwd=folder,
                          capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{form} {run}: {done.returncode}: {done.stderr!r}")
    return done.stdout, done.stderr


def check_printable(output, form, run):
    text = output.decode("utf-8", "strict")
    for char in set(text):
        raw = unicodedata.category(char) == "Cc" and char not in "\n"
        check(not raw and ord(char) not in HOSTILE, form, run, "prints raw", hex(ord(char)))


def load_schema(name):
    with open(os.path.join(schema_folder, name), encoding="utf-8") as file:
        return json.load(file)


def validator(name):
    report = load_schema("gpuvirt-report.schema.json")
    schema = load_schema(name)
    resolver = jsonschema.RefResolver.from_schema(
        schema, store={"gpuvirt-report.schema.json": report})
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


def validate(checker, value, *what):
    for error in checker.iter_errors(value):
        check(False, *what, list(error.absolute_path), error.message[:300])


def no_twice(pairs):
    check(len({name for name, _ in pairs}) == len(pairs), "a member stands twice", pairs)
    return dict(pairs)


def read_bytes(value):
    return value["text"].encode() if "text" in value else base64.b64decode(
        value["bytes"], validate=True)


# ---- edits ----

def apply_edits(text, edits):
    done = 0
    out = b""
    for edit in edits:
        # A line may be appended within what is removed, before the NULs of the end.
        out += text[done:edit["offset"]] if edit["offset"] > done else b""
        out += read_bytes(edit["with"])
        done = max(done, edit["offset"] + edit["length"])
    return out + text[done:]


def line_starts(text):
    starts = [3 if text.startswith(b"\xef\xbb\xbf") else 0]
    return starts + [match.end() for match in re.finditer(rb"\r\n|\n|\r", text)]


def units(char):
    return 2 if ord(char) > 0xFFFF else 1


def byte_offset(text, codec, line, column):
    """The offset of a line and a column in UTF-16 code units, decoding strictly."""
    starts = line_starts(text)
    start = starts[line - 1]
    end = starts[line] if line < len(starts) else len(text)
    # Only what stands before the column has to be text.
    count = 1
    at = start
    while count < column:
        for size in range(1, 5):
            try:
                char = text[at:at + size].decode(codec)
            except UnicodeDecodeError:
                continue
            break
        else:
            raise ValueError(f"no character at byte {at}")
        count += units(char)
        at += size
    if count != column or at > end:
        raise ValueError(f"no column {column} in line {line}")
    return at


def apply_replacements(text, codec, replacements):
    edits = []
    for replacement in replacements:
        region = replacement["deletedRegion"]
        content = replacement["insertedContent"]
        if "byteOffset" in region:
            at = region["byteOffset"]
            end = at + region["byteLength"]
            new = base64.b64decode(content["binary"], validate=True)
        else:
            at = byte_offset(text, codec, region["startLine"], region["startColumn"])
            end = byte_offset(text, codec, region["endLine"], region["endColumn"])
            new = content["text"].encode(codec)
        edits.append({"offset": at, "length": end - at,
                      "with": {"bytes": base64.b64encode(new).decode()}})
    return apply_edits(text, edits)


def line_count(name):
    """Lines that a viewer shows."""
    text = DOCUMENTS[name][0]
    return max(1, len(line_starts(text)) - text.endswith((b"\r", b"\n")))


# ---- json and jsonl ----

def check_json(folder, run):
    output, _ = dump(folder, "json", run)
    check_printable(output, "json", run)
    report = json.loads(output, object_pairs_hook=no_twice)
    validate(validator("gpuvirt-report.schema.json"), report, "json", run)
    check([read_bytes(file["path"]) for file in report["files"]] == sorted(DOCUMENTS),
          "json", run, "other paths")
    outcomes = [file["outcome"] for file in report["files"]]
    for outcome, count in report["summary"]["outcomes"].items():
        check(outcomes.count(outcome) == count, "json", run, "summary of", outcome)
    return report


def check_jsonl(folder, run, report):
    output, _ = dump(folder, "jsonl", run)
    check_printable(output, "jsonl", run)
    checker = validator("gpuvirt-report-line.schema.json")
    lines = [json.loads(line) for line in output.decode().splitlines()]
    for line in lines:
        validate(checker, line, "jsonl", run)
    types = [line.pop("type") for line in lines]
    check(types == ["begin"] + ["file"] * len(DOCUMENTS) + ["summary"], "jsonl", run, types)
    check(lines[1:-1] == report["files"], "jsonl", run, "says other than json")
    check(lines[-1] == report["summary"], "jsonl", run, "sums up other than json")


def check_outcomes(reports):
    def outcome(run, name):
        files = {read_bytes(file["path"]): file for file in reports[run]["files"]}
        return files[name]["outcome"]

    for run in RUNS:
        check(outcome(run, b"good.vmx") == "in-order", run, "good")
        check(outcome(run, b"not a.vmx") == "refused", run, "not a vmx")
        check(outcome(run, b"failing.vmx.fail") == "failed", run, "failing")
    rows = [("check", "needs-repair", "needs-repair"), ("diff", "would-change", "would-change"),
            ("dry", "would-change", "refused"), ("fix", "repaired", "refused")]
    for run, missing, locked in rows:
        check(outcome(run, b"missing.vmx") == missing, run, "missing")
        check(outcome(run, b"locked.vmx") == locked, run, outcome(run, b"locked.vmx"))


def check_repairs(reports):
    """What fix left is what the edits of diff make of the old text."""
    for diff, fix in (("diff", "fix"), ("diff-unsafe", "fix-unsafe")):
        folder = make_tree()
        dump(folder, "json", fix)
        for file in reports[diff]["files"]:
            name = read_bytes(file["path"])
            if file["outcome"] in ("refused", "failed") or name == b"locked.vmx":
                continue
            with open(os.path.join(folder, name), "rb") as left:
                check(left.read() == apply_edits(DOCUMENTS[name][0], file["edits"]),
                      diff, name, "other edits than fix makes")
        shutil.rmtree(folder)


# ---- sarif ----

def check_region(text, codec, region, *what):
    """Characters and bytes say the same."""
    try:
        at = byte_offset(text, codec, region["startLine"], region["startColumn"])
        end = byte_offset(text, codec, region["endLine"], region["endColumn"])
    except ValueError:
        check(b"\xff" in text or b"\xe9" in text, *what, "no such place", region)
        return
    check(at == region["byteOffset"], *what, "begins elsewhere", region, at)
    check(end - at == region["byteLength"], *what, "ends elsewhere", region, end)


def unescape_message(text):
    check("{" not in text.replace("{{", "") and "}" not in text.replace("}}", ""),
          "sarif: a placeholder", text)
    check("](" not in re.sub(r"\\[][]", "", text), "sarif: a link", text)
    return re.sub(r"\\([][])", r"\1", text).replace("{{", "{").replace("}}", "}")


def check_sarif(folder, run, report, sarif_checker):
    output, _ = dump(folder, "sarif", run)
    check_printable(output, "sarif", run)
    sarif = json.loads(output, object_pairs_hook=no_twice)
    validate(sarif_checker, sarif, "sarif", run)
    (log,) = sarif["runs"]
    rules = log["tool"]["driver"]["rules"]
    base = log["originalUriBaseIds"]["SRCROOT"]["uri"]
    check(log["columnKind"] == "utf16CodeUnits", "sarif columns")
    check(len({rule["id"] for rule in rules}) == len(rules), "sarif: a rule twice")
    wanted = []
    for file in report["files"]:
        if file["outcome"] in ("refused", "failed"):
            wanted.append((read_bytes(file["path"]), file["outcome"], None))
        wanted += [(read_bytes(file["path"]), finding["rule"], finding)
                   for finding in file.get("findings", []) if finding["state"] != "fixed"]
    results = log["results"]
    check(len(wanted) == len(results), "sarif", run, len(wanted), "wanted", len(results))
    binary = 0
    for (name, rule, finding), result in zip(wanted, results):
        what = ("sarif", run, name, rule)
        physical = result["locations"][0]["physicalLocation"]
        location = physical["artifactLocation"]
        check(result["ruleId"] == rule == rules[result["ruleIndex"]]["id"], *what)
        path = urllib.parse.unquote_to_bytes(
            urllib.parse.urlparse(urllib.parse.urljoin(base, location["uri"])).path)
        where = os.path.join(os.path.realpath(folder), name)
        check(path == where or name.startswith(b"sub/"), *what, path)
        if finding is None:
            continue
        text, codec = DOCUMENTS[name]
        check(unescape_message(result["message"]["text"]) == finding["message"], *what,
              result["message"])
        check(result["partialFingerprints"] == {"gpuvirt/v1": finding["fingerprint"]}, *what)
        if not run.startswith("fix"):
            check_region(text, codec, physical["region"], *what)
            check(physical["region"]["startLine"] <= line_count(name), *what, "behind the end")
        check(bool(finding["edits"]) == ("fixes" in result), *what, "fixes")
        if "fixes" in result and not run.startswith("fix"):
            (change,) = result["fixes"][0]["artifactChanges"]
            check(change["artifactLocation"] == location, *what, "changes another file")
            replacements = change["replacements"]
            check(apply_replacements(text, codec, replacements)
                  == apply_edits(text, finding["edits"]), *what, "another fix", replacements)
            bytewise = any("byteOffset" in r["deletedRegion"] for r in replacements)
            check(not bytewise or name in (b"bom.vmx", b"only bom.vmx", b"invalid.vmx",
                                           b"unknown.vmx", b"sjis twice.vmx"),
                  *what, "in bytes", replacements)
            uncertain = name == b"unknown.vmx" and rule in ("typographic-quotes",
                                                            "duplicate-name")
            check(bytewise or not uncertain, *what, "in characters", replacements)
            binary += bytewise
    check(run.startswith("fix") or binary > 2, "sarif", run, "no fix in bytes")


# ---- junit ----

def check_junit(folder, run, report):
    output, _ = dump(folder, "junit", run)
    check_printable(output, "junit", run)
    lint = subprocess.run(["xmllint", "--noout", "--nonet", "-"], input=output,
                          capture_output=True, check=False)
    check(lint.returncode == 0, "junit", run, lint.stderr[:500])
    suites = ElementTree.fromstring(output).findall("testsuite")
    check(len(suites) == len(report["files"]), "junit", run, "suites")
    for file, suite in zip(report["files"], suites):
        what = ("junit", run, file["path"])
        cases = suite.findall("testcase")
        for attribute, tag in (("failures", "failure"), ("errors", "error"),
                               ("skipped", "skipped")):
            check(int(suite.get(attribute)) == len(suite.findall(f"testcase/{tag}")), *what, tag)
        check(int(suite.get("tests")) == len(cases) >= 1, *what, "tests")
        names = [case.get("name") for case in cases]
        check(len(set(names)) == len(names), *what, "a case stands twice", names)
        failed = sorted(case.find("failure").get("message") for case in cases
                        if case.find("failure") is not None)
        check(failed == sorted(
            finding["message"].replace("\ufffe", "\\u{FFFE}").replace("\uffff", "\\u{FFFF}")
            for finding in file.get("findings", [])
            if finding["severity"] != "note" and finding["state"] != "fixed"), *what, failed)
        check((file["outcome"] in ("refused", "failed")) == (suite.get("errors") == "1"), *what)


# ---- github ----

def check_github(folder, run, report):
    output, _ = dump(folder, "github", run)
    check_printable(output, "github", run)
    lines = output.decode().split("\n")[:-1]
    wanted = []
    for file in report["files"]:
        if file["outcome"] in ("refused", "failed"):
            wanted.append((file, {"rule": file["outcome"]}))
        wanted += [(file, finding) for finding in file.get("findings", [])
                   if finding["state"] != "fixed"]
    check(len(lines) == len(wanted), "github", run, len(lines), len(wanted))
    for line, (file, finding) in zip(lines, wanted):
        what = ("github", run, line)
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.*)", line)
        check(match is not None, *what)
        properties = dict(pair.split("=", 1) for pair in match[2].split(","))
        for name, value in properties.items():
            for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","),
                               ("%25", "%")):
                value = value.replace(code, char)
            properties[name] = value
        message = match[3].replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")
        check(properties["title"] == "gpuvirt " + finding["rule"], *what, "title")
        name = read_bytes(file["path"])
        if not re.search(rb"[\x1b\t\x7f\x80-\xff]|/", name):
            check(properties["file"] == name.decode(), *what, "file")
        if "message" in finding:
            check(message == finding["message"], *what, "message")
            check(int(properties["line"]) >= 1 and int(properties["col"]) >= 1, *what)
            check(run.startswith("fix") or int(properties["line"]) <= line_count(name), *what)


# ---- gitlab ----

def check_gitlab(folder, run, report):
    output, _ = dump(folder, "gitlab", run)
    check_printable(output, "gitlab", run)
    issues = json.loads(output, object_pairs_hook=no_twice)
    count = sum(sum(finding["state"] != "fixed" for finding in file.get("findings", []))
                + (file["outcome"] in ("refused", "failed")) for file in report["files"])
    check(len(issues) == count, "gitlab", run, len(issues), count)
    prints = {issue["fingerprint"] for issue in issues}
    check(len(prints) == len(issues), "gitlab", run, "a fingerprint stands twice")
    for issue in issues:
        good = (isinstance(issue["description"], str) and issue["description"]
                and isinstance(issue["check_name"], str)
                and issue["severity"] in ("info", "minor", "major", "critical", "blocker")
                and isinstance(issue["location"]["path"], str)
                and not issue["location"]["path"].startswith("./")
                and issue["location"]["lines"]["begin"] >= 1)
        check(good, "gitlab", run, issue)


# ---- fingerprints and the baseline ----

def prints_of(folder, names, base=None):
    output, _ = dump(folder, "json", "check", names, base=base)
    return [finding["fingerprint"] for file in json.loads(output)["files"]
            for finding in file["findings"]]


def check_fingerprints(folder):
    name = b"duplicates.vmx"
    before = prints_of(folder, [name])
    check(len(set(before)) == len(before) > 4, "fingerprints are not distinct", before)
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(b"# moved\n# down\n" + DOCUMENTS[name][0].replace(b" = ", b"  =\t"))
    check(prints_of(folder, [name]) == before, "fingerprints: lines moved")
    check(prints_of(folder, [b"./" + name]) == before, "fingerprints: another spelling")
    check(prints_of(folder, [os.path.join(os.path.realpath(folder), name)]) == before,
          "fingerprints: an absolute path")
    other = make_tree()
    check(prints_of(other, [name]) == before, "fingerprints: another checkout")
    shutil.rmtree(other)
    with open(path, "wb") as file:
        file.write(DOCUMENTS[name][0])
    check(set(prints_of(folder, [b"missing.vmx"])).isdisjoint(
        prints_of(folder, [b"no newline.vmx"])), "fingerprints: of two files the same")


def check_baseline(folder):
    path = os.path.join(folder, b"baseline")
    text, _ = dump(folder, "baseline", "check")
    check_printable(text, "baseline", "check")
    entries = json.loads(text, object_pairs_hook=no_twice)
    validate(validator("gpuvirt-baseline.schema.json"), entries, "baseline")
    check(text == dump(folder, "baseline", "check")[0], "baseline: not the same twice")
    with open(path, "wb") as file:
        file.write(text)
    output, told = dump(folder, "json", "check", extra=[b"-b", path])
    report = json.loads(output)
    count = len(entries["findings"])
    check(told == b"entries %d seen %d stale 0 unvisited 0\n" % (count, count), told)
    check(report["summary"]["outcomes"]["needs-repair"] == 0, "baseline accepts not all")
    check(report["summary"]["accepted"] == count, "baseline: not counted")
    check(dump(folder, "baseline", "check", extra=[b"-b", path])[0] == text,
          "baseline: written anew it differs")
    # One more of what is accepted is new; what is gone is told.
    name = b"duplicates.vmx"
    with open(os.path.join(folder, name), "wb") as file:
        file.write(HEAD + b'mks.enable3d = "TRUE"\nk = "1"\nk = "1"\nplain words\nplain words\n')
    output, told = dump(folder, "json", "check", [name], extra=[b"-b", path])
    (only,) = json.loads(output)["files"]
    states = [(f["rule"], f["accepted"]) for f in only["findings"]]
    check(("malformed-line", True) in states and ("malformed-line", False) in states, states)
    seen = sum(accepted for _, accepted in states)
    mine = sum(read_bytes(entry["path"]) == name for entry in entries["findings"])
    check(told == b"entries %d seen %d stale %d unvisited %d\n"
          % (count, seen, mine - seen, count - mine), "baseline counts", told)
    # Other formats pass accepted findings over, SARIF marks them.
    sarif = json.loads(dump(folder, "sarif", "check", [name], extra=[b"-b", path])[0])
    kept = [result["baselineState"] for result in sarif["runs"][0]["results"]]
    check(kept.count("unchanged") == seen and kept.count("new") == len(states) - seen, kept)
    github = dump(folder, "github", "check", [name], extra=[b"-b", path])[0]
    check(github.count(b"\n") == len(states) - seen, "github tells what is accepted")
    with open(os.path.join(folder, name), "wb") as file:
        file.write(DOCUMENTS[name][0])


# ---- the documentation ----

def check_page():
    """The example of docs/json.md has the shape, and its function applies edits."""
    with open(json_page, encoding="utf-8") as file:
        page = file.read()
    blocks = [re.sub("(?m)^    ", "", block)
              for block in re.findall(r"\n\n((?:(?:    .*)?\n)+)", page) if block.strip()]
    (example,) = [block for block in blocks if block.startswith("{")]
    validate(validator("gpuvirt-report.schema.json"), json.loads(example), "json.md")
    (function,) = [block for block in blocks if block.startswith("def apply")]
    scope = {"base64": base64}
    exec(function, scope)
    edits = [{"offset": 1, "length": 3, "with": {"text": "-"}},
             {"offset": 2, "length": 0, "with": {"bytes": "/w=="}}]
    check(scope["apply"](b"abcde", edits) == apply_edits(b"abcde", edits) == b"a-\xffe",
          "json.md applies edits otherwise")


def main():
    check_page()
    sarif_schema = load_schema("sarif-2.1.0.json")
    jsonschema.Draft202012Validator.check_schema(sarif_schema)
    sarif_checker = jsonschema.Draft202012Validator(sarif_schema)
    reports = {}
    for run in RUNS:
        # fix changes the tree: each format sees it as it was.
        folder = make_tree()
        report = reports[run] = check_json(folder, run)
        for checker in (check_jsonl, check_junit, check_github, check_gitlab):
            if run.startswith("fix"):
                shutil.rmtree(folder)
                folder = make_tree()
            checker(folder, run, report)
        shutil.rmtree(folder)
        folder = make_tree()
        check_sarif(folder, run, report, sarif_checker)
        shutil.rmtree(folder)
    check_outcomes(reports)
    check_repairs(reports)
    folder = make_tree()
    check_fingerprints(folder)
    check_baseline(folder)
    shutil.rmtree(folder)
    print(f"{len(DOCUMENTS)} files, {len(RUNS)} runs, {failures} failures")
    sys.exit(failures > 0)


main()
