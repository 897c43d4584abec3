"""What the tests of whole trees share: the program under test, a tree and what it may hold.

Knows how a fix may leave a tree at any moment; knows nothing about how it is disturbed.
"""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
import time

import machines

SKIPPED = 77  # ctest: SKIP_RETURN_CODE
TEMP_PREFIX = ".gpuvirt-"


def skip(reason):
    """Ends the test as skipped."""
    print(f"SKIP: {reason}", file=sys.stderr)
    sys.exit(SKIPPED)


def finish(problems, said):
    """Ends the test: the first problems, or what was done."""
    for problem in problems[:20]:
        print(f"FAIL: {problem}", file=sys.stderr)
    if problems:
        sys.exit(f"{len(problems)} problem(s); {said}")
    print(said)


class Program:
    """The gpuvirt under test, and how to run it."""

    def __init__(self, path):
        self.path = os.path.abspath(path)

    def command(self, *arguments):
        return [self.path, *arguments]

    def start(self, *arguments):
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def run(self, *arguments, **options):
        return subprocess.run(self.command(*arguments), capture_output=True, **options)

    def duration(self, *arguments):
        """How long a run takes, in seconds."""
        before = time.monotonic()
        self.run(*arguments)
        return time.monotonic() - before


def arguments(usage):
    """The program and an empty scratch folder, from the command line; further arguments follow."""
    if len(sys.argv) < 3:
        sys.exit(f"usage: {usage}")
    scratch = os.path.abspath(sys.argv[2])
    shutil.rmtree(scratch, ignore_errors=True)
    os.makedirs(scratch)
    return Program(sys.argv[1]), scratch, sys.argv[3:]


def folder_in_memory(scratch):
    """A folder on a file system of memory, where syncs take no time and so a moment chosen at
    random lies in the rest of the work; below SCRATCH when there is none. Removed at exit."""
    above = "/dev/shm" if os.access("/dev/shm", os.W_OK) else scratch
    folder = tempfile.mkdtemp(prefix="gpuvirt-test-", dir=above)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def read(path):
    """The bytes of a file, or None when it is not there."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


class Fleet:
    """A tree of machines that all need repair: half in folders of their own, half together."""

    def __init__(self, root, count):
        self.root = root
        self.old = {}
        for number in range(count):
            name = machines.own_folder(number) if number % 2 else machines.shared_folder(number)
            self.old[os.path.join(root, name)] = machines.needy(number)
        for path in self.old:
            os.makedirs(os.path.dirname(path), exist_ok=True)
        self.new = {path: machines.repaired(text) for path, text in self.old.items()}
        self.restore()

    def restore(self, older_backup=None):
        """Every machine needs repair again; no backups, or all with an OLDER one."""
        for path, text in self.old.items():
            machines.write(path, text)
            if older_backup is not None:
                machines.write(path + ".bak", older_backup)
            elif os.path.exists(path + ".bak"):
                os.unlink(path + ".bak")
        for path in self.temporaries():
            os.unlink(path)

    def temporaries(self):
        """What runs of gpuvirt have left under their own names."""
        return [
            os.path.join(folder, name)
            for folder, _, names in os.walk(self.root)
            for name in names
            if name.startswith(TEMP_PREFIX)
        ]

    def wait_for_first(self, run):
        """Until the first file is replaced, or RUN has ended."""
        first = sorted(self.old)[0]
        inode = os.stat(first).st_ino
        while os.stat(first).st_ino == inode and run.poll() is None:
            time.sleep(0.0002)

    def count_repaired(self):
        return sum(read(path) == text for path, text in self.new.items())

    def problems_between(self, older_backup=None):
        """What must never be, whenever a fix is stopped: a file that is neither old nor new, a
        backup that is neither of the old text nor as it was."""
        found = []
        for path, old in self.old.items():
            if read(path) not in (old, self.new[path]):
                found.append(f"{path} is neither old nor new")
            if read(path + ".bak") not in (older_backup, old, None):
                found.append(f"{path}.bak is neither the old text nor as it was")
        return found

    def problems_after(self, backups):
        """What must not be when a fix has finished."""
        found = []
        for path, old in self.old.items():
            if read(path) != self.new[path]:
                found.append(f"{path} is not repaired")
            if backups and read(path + ".bak") != old:
                found.append(f"{path}.bak does not hold the old text")
        return found + [f"{path} is left over" for path in self.temporaries()]
