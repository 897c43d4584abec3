#!/usr/bin/env python3
"""A machine written as one text file, examined by gpuvirt doctor.

doctor_machine.py GPUVIRT NAME.machine SCHEMAS

The machine is unpacked into a scratch folder. What doctor says of it must be NAME.text beside it,
byte for byte; GPUVIRT_UPDATE=1 in the environment writes that file instead: read the diff. On a
terminal of 60 columns no line may be longer. The JSON must fit its schema and say the same. Lines of a .machine, of which "#" begins a comment:

    env NAME=VALUE        a line of doctor/environ
    folder PATH
    empty PATH            an empty file
    link PATH TARGET
    hex PATH DIGITS       a file of these bytes
    file PATH             what follows, each line behind a tab
    command NAME          doctor/commands/NAME, the same
    exit N                the exit status (0 when there is no such line)

Exit status 77, with the reason, when a parser is not installed.
"""
import fcntl
import json
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import unicodedata

try:
    import jsonschema
except ImportError:
    print("SKIP: python3-jsonschema is not installed", file=sys.stderr)
    sys.exit(77)

program, machine, schemas = (os.path.abspath(word) for word in sys.argv[1:4])
WIDTH = 60
PIPE_WIDTH = 80
failures = 0


def check(condition, *what):
    global failures
    if not condition:
        failures += 1
        print("FAIL", *what, file=sys.stderr)


def place(root, path):
    """The path inside the tree, with its folders made."""
    there = os.path.join(root, path.lstrip("/"))
    os.makedirs(os.path.dirname(there), exist_ok=True)
    return there


def write(root, path, data, mode="ab"):
    with open(place(root, path), mode) as file:
        file.write(data)


def read_statements(text):
    """Yields (word, rest, body)."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        line = lines[at]
        at += 1
        if line == "" or line.startswith("#"):
            continue
        body = []
        while at < len(lines) and lines[at].startswith("\t"):
            body.append(lines[at][1:])
            at += 1
        word, _, rest = line.partition(" ")
        yield word, rest, "".join(line + "\n" for line in body).encode()


def unpack(root, text):
    """Makes the tree; returns the exit status that is wanted."""
    status = 0
    for word, rest, body in read_statements(text):
        if word == "env":
            write(root, "doctor/environ", rest.encode() + b"\n")
        elif word == "folder":
            os.makedirs(os.path.join(place(root, rest)), exist_ok=True)
        elif word == "empty":
            write(root, rest, b"")
        elif word == "link":
            path, target = rest.split(" ")
            os.symlink(target, place(root, path))
        elif word == "hex":
            path, digits = rest.split(" ")
            write(root, path, bytes.fromhex(digits))
        elif word == "file":
            write(root, rest, body)
        elif word == "command":
            write(root, "doctor/commands/" + rest, body)
        elif word == "exit":
            status = int(rest)
        else:
            sys.exit(f"{machine}: no such statement: {word}")
    return status


ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "TERM": "dumb",
               "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "")}


def run(root, *words):
    done = subprocess.run([program, "doctor", "--root", root, *words], capture_output=True,
                          check=False, env=ENVIRONMENT)
    check(done.stderr == b"", words, done.stderr)
    return done.returncode, done.stdout


def run_on_terminal(root):
    """The same on a terminal of WIDTH columns."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, WIDTH, 0, 0))
    output = b""
    with subprocess.Popen([program, "doctor", "--root", root, "-v"], env=ENVIRONMENT,
                          stdin=subprocess.DEVNULL, stdout=theirs) as process:
        os.close(theirs)
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError: # the other side is closed
                break
            if piece == b"":
                break
            output += piece
        process.wait()
    os.close(ours)
    return output.decode().replace("\r\n", "\n")


def check_lines(text, width):
    for line in text.split("\n"):
        words = line.split()
        check(len(line) <= width or len(words) <= 2, "too wide:", line)
        check(all(unicodedata.category(char) not in ("Cc", "Cf") for char in line), "raw:", line)


def check_golden(text):
    path = os.path.splitext(machine)[0] + ".text"
    if os.environ.get("GPUVIRT_UPDATE"):
        with open(path, "wb") as file:
            file.write(text)
        return
    with open(path, "rb") as file:
        wanted = file.read()
    if text != wanted:
        check(False, "other text than", path)
        with tempfile.NamedTemporaryFile() as have:
            have.write(text)
            have.flush()
            subprocess.run(["diff", "-u", path, have.name], check=False)


def check_json(output, text):
    report = json.loads(output)
    with open(os.path.join(schemas, "gpuvirt-doctor.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    for error in jsonschema.Draft202012Validator(schema).iter_errors(report):
        check(False, "schema:", list(error.absolute_path), error.message[:300])
    heads = [line for line in text.split("\n") if line and line[0] not in " 0123456789"]
    shown = [(row["verdict"], row["id"]) for row in report["checks"] if row["applies"]]
    for verdict, ident in shown:
        check(any(head.startswith(f"{verdict:9}{ident}: ") for head in heads), verdict, ident)
    for verdict, count in report["summary"].items():
        check(count == sum(shown_verdict == verdict for shown_verdict, _ in shown), verdict)
    for row in report["checks"]:
        worst = max(schema["$defs"]["verdict"]["enum"].index(sight["verdict"])
                    for sight in row["seen"])
        check(schema["$defs"]["verdict"]["enum"][worst] == row["verdict"], row["id"])
    return report


def main():
    with tempfile.TemporaryDirectory(prefix="gpuvirt-doctor-") as root:
        with open(machine, encoding="utf-8") as file:
            wanted = unpack(root, file.read())
        status, text = run(root)
        json_status, output = run(root, "--output-format=json")
        wrapped = run_on_terminal(root)
    check(status == json_status == wanted, "exit status", status, json_status, "not", wanted)
    check_golden(text)
    check_lines(text.decode(), PIPE_WIDTH)
    check_lines(wrapped, WIDTH)
    report = check_json(output, text.decode())
    check((report["summary"]["bad"] > 0) == (status == 1), "exit status and verdicts")
    sys.exit(1 if failures else 0)


main()
