"""fix and undo on the file systems that are there, with and without exchange, owners and links.

    filesystems.py GPUVIRT SCRATCH

Each is the system's own or made in a file and mounted. What cannot be mounted here is said, and
what it lacks is injected by strace instead.
"""

import os
import shutil
import subprocess
import sys
import tempfile

import fleet
import strace

MACHINES = 300
# name, how it is made, how it is mounted; the vfat of the kernel, else an exFAT of FUSE: neither
# has hard links, owners or the exchange of names.
MOUNTED = (
    ("ext4", ["mkfs.ext4", "-q", "-F"], ["mount", "-o", "loop"], 64),
    ("xfs", ["mkfs.xfs", "-q", "-f"], ["mount", "-o", "loop"], 320),
    ("btrfs", ["mkfs.btrfs", "-q", "-f"], ["mount", "-o", "loop"], 160),
    ("vfat", ["mkfs.vfat"], ["mount", "-o", "loop"], 64),
    ("exfat", ["mkfs.exfat"], ["mount.exfat-fuse"], 64),
)


def succeeds(command):
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


class Mounted:
    """A file system in a file; falsy when it cannot be had here."""

    def __init__(self, scratch, name, make, mount, megabytes):
        self.folder = os.path.join(scratch, name)
        self.device = self.reason = None
        image = self.folder + ".image"
        os.makedirs(self.folder)
        with open(image, "wb") as file:
            file.truncate(megabytes << 20)
        if not succeeds([*make, image]):
            self.reason = f"{make[0]} is not there"
        elif not self.mount(mount, image):
            self.reason = f"{name} cannot be mounted"

    def mount(self, command, image):
        if command[0] == "mount":
            return succeeds([*command, image, self.folder])
        found = subprocess.run(["losetup", "-f", "--show", image], capture_output=True)
        if found.returncode != 0:
            return False
        self.device = found.stdout.decode().strip()
        return succeeds([*command, self.device, self.folder])

    def leave(self):
        if self.reason is None:
            subprocess.run(["umount", self.folder], check=True)
        if self.device is not None:
            subprocess.run(["losetup", "-d", self.device], check=True)


def expect(found, run, status, what):
    if run.returncode != status:
        found.append(f"{what} ended with {run.returncode}, not {status}: {run.stderr.decode()}")


def check_folder(program, folder):
    """Everything that a fix and its undo promise, below FOLDER."""
    found = []
    tree = fleet.Fleet(os.path.join(folder, "tree"), MACHINES)
    for options in ([], ["--no-backup"], ["--durability=file"], ["--durability=none"]):
        tree.restore()
        expect(found, program.run("fix", "-q", *options, tree.root), 0, f"fix {options}")
        found += tree.problems_after(backups="--no-backup" not in options)
    expect(found, program.run("check", "-q", tree.root), 0, "check of what was repaired")
    expect(found, program.run("undo", tree.root), 0, "undo")
    if tree.count_repaired() != 0:
        found.append("undo did not put back every file")
    shutil.rmtree(tree.root)
    return found


def check_mounted(program, scratch):
    """All file systems that can be mounted; problems, and the names of those that worked."""
    problems, done = [], []
    for name, make, mount, megabytes in MOUNTED:
        system = Mounted(scratch, name, make, mount, megabytes)
        try:
            if system.reason is None:
                problems += [f"{name}: {what}" for what in check_folder(program, system.folder)]
                done.append(name)
            else:
                print(f"SKIP: {system.reason}", file=sys.stderr)
        finally:
            system.leave()
    return problems, done


def check_memory(program):
    """tmpfs, in the system's own."""
    if not os.path.isdir("/dev/shm"):
        print("SKIP: no /dev/shm", file=sys.stderr)
        return []
    with tempfile.TemporaryDirectory(dir="/dev/shm", prefix="gpuvirt-test-") as folder:
        return [f"tmpfs: {what}" for what in check_folder(program, folder)]


def injected(program, scratch, tree, failure):
    log = os.path.join(scratch, "log")
    outcome, _ = strace.record(program.command("fix", tree.root), log, failure)
    return outcome


def check_injected(program, scratch):
    """The failures of a file system without exchange and without owners."""
    if not strace.is_permitted():
        print("SKIP: strace may not trace here: no failures injected", file=sys.stderr)
        return []
    found = []
    tree = fleet.Fleet(os.path.join(scratch, "injected"), 20)
    for code in ("EINVAL", "ENOSYS"):
        tree.restore()
        outcome = injected(program, scratch, tree, f"renameat2:error={code}")
        expect(found, outcome, 0, f"fix, {code} for exchange,")
        found += tree.problems_after(backups=True)
    if os.geteuid() == 0:
        found += check_foreign_owner(program, scratch, tree)
    else:
        print("SKIP: only root makes files of another owner", file=sys.stderr)
    return found


def check_foreign_owner(program, scratch, tree):
    """Where the owner cannot be kept a file is left alone, and the others are repaired."""
    tree.restore()
    foreign = sorted(tree.old)[0]
    os.chown(foreign, 12345, 12345)
    outcome = injected(program, scratch, tree, "fchown,fchownat,chown,lchown:error=EPERM")
    found = []
    expect(found, outcome, 1, "fix, EPERM for fchown,")
    if b"cannot keep owner" not in outcome.stderr or foreign.encode() not in outcome.stderr:
        found.append(f"no message about the owner: {outcome.stderr}")
    if fleet.read(foreign) != tree.old.pop(foreign):
        found.append(f"{foreign} was changed")
    return found + tree.problems_after(backups=True)


def main():
    program, scratch, _ = fleet.arguments(__doc__)
    problems = check_folder(program, scratch)
    problems += check_memory(program)
    found, done = check_mounted(program, scratch)
    problems += found + check_injected(program, scratch)
    if not {"vfat", "exfat"} & set(done):
        print("SKIP: no file system without hard links; failures injected", file=sys.stderr)
    fleet.finish(problems, f"the scratch folder, {', '.join(['tmpfs', *done])}, injected failures")


if __name__ == "__main__":
    main()
