"""The system calls of a run, recorded by strace.

Knows how strace writes its log (-f -y -xx); knows nothing about what the calls mean for files.
"""

import os
import re
import shutil
import subprocess

import fleet

# All that changes files, names or their durability, and what ties descriptors to files.
TRACED = (
    "open,openat,openat2,creat,close,dup,dup2,dup3,"
    "write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,sendfile,"
    "splice,io_uring_setup,io_uring_enter,"
    "fsync,fdatasync,sync,syncfs,sync_file_range,msync,"
    "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,"
    "chown,fchown,fchownat,lchown,exit_group"
)


class Call:
    """A system call: its name, its arguments as strace prints them, its result.

    START and END are places in the log; only a call that ended before another started surely came
    before it.
    """

    def __init__(self, start, end, name, arguments, result):
        self.start = start
        self.end = end
        self.name = name
        self.arguments = arguments
        self.result = result

    @property
    def failed(self):
        return self.result.startswith("-1") or self.result.startswith("?")

    def __repr__(self):
        return f"{self.name}({', '.join(map(readable, self.arguments))[:300]}) = {self.result}"


def readable(argument):
    """An argument with its escapes undone, for messages."""
    return re.sub(r"(?:\\x[0-9a-f]{2})+", lambda found: repr(unescape(found[0]))[1:], argument)


def unescape(text):
    r"""Bytes out of \xNN\xNN..."""
    return bytes.fromhex(text.replace("\\x", ""))


TOKEN = re.compile(r"""[^,\[\]{}"<]+|"[^"]*"|<[^>]*>|.""", re.DOTALL)


def split_arguments(text):
    """The arguments of a call; commas within [], {}, strings and <paths> are no ends."""
    parts, depth = [""], 0
    for token in TOKEN.findall(text):
        depth += (token in "[{") - (token in "]}")
        if token == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += token
    return [part.strip() for part in parts] if text else []


LINE = re.compile(r"^(\d+) +(.*)$")
WHOLE = re.compile(r"^(\w+)\((.*)\) += (.*)$", re.DOTALL)
UNFINISHED = re.compile(r"^(\w+\(.*?),? *<unfinished \.\.\.>$", re.DOTALL)
RESUMED = re.compile(r"^<\.\.\. \w+ resumed>(.*)$", re.DOTALL)


def parse(lines):
    """The calls of a log, in the order of their ends."""
    calls, pending = [], {}
    for number, line in enumerate(lines):
        match = LINE.match(line.rstrip("\n"))
        if match is None:
            raise ValueError(f"not a line of strace: {line}")
        thread, text = match.groups()
        start = number
        if found := UNFINISHED.match(text):
            pending[thread] = (number, found[1])
            continue
        if found := RESUMED.match(text):
            start, head = pending.pop(thread)
            text = head + found[1]
        if found := WHOLE.match(text):
            name, arguments, result = found.groups()
            calls.append(Call(start, number, name, split_arguments(arguments), result))
    return calls


def is_permitted():
    """Whether strace is there and may trace."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


def need():
    if not is_permitted():
        fleet.skip("strace is not installed or may not trace here")


def record(command, log, inject=None):
    """Runs COMMAND; returns its outcome and the lines of the log."""
    options = ["-f", "-y", "-xx", "-s", "1000000", "-e", f"trace={TRACED}", "-o", log]
    if inject is not None:
        options += ["-e", f"inject={inject}"]
    # No leaks are looked for: a program that is traced cannot trace itself.
    environment = {**os.environ, "ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
    outcome = subprocess.run(["strace", *options, *command], capture_output=True, env=environment)
    with open(log, encoding="ascii") as file:
        return outcome, file.readlines()
