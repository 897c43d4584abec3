"""The calls of a recorded fix, replayed on a disk that loses what was not made durable.

Knows what a fix promises about a power cut; knows nothing about how the log came to be.
"""

import os
import re

import disk
from strace import unescape

SYNCS = ("fsync", "fdatasync", "syncfs", "sync")
WRITES = ("write", "pwrite64", "writev")
RENAMES = ("rename", "renameat", "renameat2")
# Of these the replay does not know what they leave in a file.
UNKNOWN = (
    "ftruncate truncate fallocate copy_file_range sendfile splice pwritev pwritev2 "
    "io_uring_setup io_uring_enter dup dup2 dup3 openat2 creat sync_file_range msync"
).split()
DESCRIPTOR = re.compile(r"^(\w+)<(.*)>$")


def string(argument):
    """The text of a quoted argument."""
    return unescape(argument.strip('"'))


def descriptor(argument):
    """Number and path of FD<PATH>; the number of AT_FDCWD is None."""
    number, path = DESCRIPTOR.match(argument).groups()
    path = unescape(path).decode() if path.startswith("\\x") else path
    return (int(number) if number.isdigit() else None), path


def path_at(folder, name):
    return os.path.normpath(os.path.join(descriptor(folder)[1], string(name).decode()))


def is_lock(path):
    """Whether PATH is in a lock folder: after a power cut nobody has a lock, so none is durable."""
    return os.path.dirname(path).endswith(".lck")


def two_paths(call):
    """Both paths of a rename or link, with folders or without."""
    given = call.arguments
    if call.name in ("rename", "link"):
        return string(given[0]).decode(), string(given[1]).decode()
    return path_at(*given[0:2]), path_at(*given[2:4])


def written_bytes(call):
    """What a call wrote, cut to what the system took."""
    if call.name == "writev":
        parts = re.findall(r'iov_base="([^"]*)"', call.arguments[1])
        data = b"".join(map(unescape, parts))
    else:
        data = string(call.arguments[1])
    return data[: int(call.result.split()[0])]


class Replay:
    """Replays calls and collects PROBLEMS. OLD and NEW are the texts of each target by path;
    OTHER are further files of the tree ROOT."""

    def __init__(self, root, old, new, other=None, backups=False):
        self.root = root
        self.old = old
        self.new = new
        self.backups = backups
        self.disk = disk.Disk({**old, **(other or {})})
        self.open = {}  # descriptor: [file, offset]
        self.problems = []
        self.crash_points = 0
        self.syncs_of_all = 0

    def is_inside(self, path):
        return path.startswith(self.root + "/")

    def complain(self, call, what):
        self.problems.append(f"{what}; at {call}")

    def run(self, calls):
        """Each call takes part at its start, syncs and what depends on results at its end."""
        moments = []
        for call in calls:
            if not call.failed or call.name == "exit_group":
                moments += [(call.start, 0, call), (call.end, 1, call)]
        for _, is_end, call in sorted(moments, key=lambda moment: moment[:2]):
            if call.name in UNKNOWN:
                self.refuse(call)
            step = getattr(self, f"{'end' if is_end else 'start'}_{self.kind(call)}", None)
            if step is not None:
                step(call)
        return self

    @staticmethod
    def kind(call):
        kinds = {SYNCS: "sync", WRITES: "write", RENAMES: "rename"}
        for names, kind in kinds.items():
            if call.name in names:
                return kind
        return {"unlinkat": "unlink", "linkat": "link", "openat": "open"}.get(call.name, call.name)

    def refuse(self, call):
        """A call that the replay cannot follow must not touch the tree."""
        if self.root in "".join(map(str, call.arguments)) or any(
            self.root.encode() in unescape(found)
            for argument in call.arguments
            for found in re.findall(r"(?:\\x[0-9a-f]{2})+", argument)
        ):
            raise ValueError(f"the replay does not know what comes of {call}")

    def start_open(self, call):
        path = self.opened_path(call)
        flags = call.arguments[-1 if call.name == "open" else 2]
        if not self.is_inside(path):
            return
        if "O_CREAT" in str(call.arguments) and self.disk.names.get(path) is None:
            self.disk.change({path: disk.File(b"", call.end)}, call.end)
            self.check(call, path)
        elif "O_TRUNC" in flags:
            file = self.disk.names[path]
            file.text = b""
            file.written = call.end
            self.check(call, path)

    @staticmethod
    def opened_path(call):
        if call.name == "open":
            return string(call.arguments[0]).decode()
        return path_at(*call.arguments[0:2])

    def end_open(self, call):
        number, _ = descriptor(call.result)
        file = self.disk.names.get(self.opened_path(call))
        self.open.pop(number, None)
        if file is not None:
            self.open[number] = [file, 0]

    def start_close(self, call):
        self.open.pop(descriptor(call.arguments[0])[0], None)

    def start_write(self, call):
        number, _ = descriptor(call.arguments[0])
        data = written_bytes(call)
        if number in (1, 2) and number not in self.open:
            self.check_report(call, data)
        if number not in self.open:
            return
        file, offset = self.open[number]
        if call.name == "pwrite64":
            offset = int(call.arguments[3])
        file.write(offset, data, call.end)
        self.open[number][1] = offset + len(data)
        for path in [path for path, there in self.disk.names.items() if there is file]:
            self.check(call, path)

    def end_sync(self, call):
        if call.name == "sync":
            self.disk.sync_all(call.start)
            return
        number, path = descriptor(call.arguments[0])
        if call.name == "syncfs":
            self.syncs_of_all += 1
            if self.is_same_system(path):
                self.disk.sync_all(call.start)
        elif number in self.open:
            self.open[number][0].sync(call.start)
        else:
            self.disk.sync_folder(path, call.start)

    def is_same_system(self, path):
        while not os.path.exists(path):
            path = os.path.dirname(path)
        return os.stat(path).st_dev == os.stat(self.root).st_dev

    def start_rename(self, call):
        old, new = two_paths(call)
        if not self.is_inside(new):
            return
        file = self.disk.names.get(old)
        if file is not None and not file.is_durable and not is_lock(new):
            self.complain(call, f"{old} is renamed before its text is durable")
        exchanged = "RENAME_EXCHANGE" in call.arguments[-1]
        self.disk.change(
            {new: file, old: self.disk.names.get(new) if exchanged else None}, call.end
        )
        self.check(call, new)

    def start_link(self, call):
        old, new = two_paths(call)
        if self.is_inside(new):
            self.disk.change({new: self.disk.names.get(old)}, call.end)
            self.check(call, new)

    def start_unlink(self, call):
        given = call.arguments
        path = string(given[0]).decode() if call.name == "unlink" else path_at(*given[0:2])
        if self.is_inside(path):
            self.disk.change({path: None}, call.end)
            self.check(call, path)

    def check(self, call, path):
        """A power cut in this moment: every target that PATH has to do with is old or new."""
        self.crash_points += 1
        _, reached = self.disk.changes_to([path])
        for target in sorted({name.removesuffix(".bak") for name in reached} & self.old.keys()):
            for texts, in_order in self.disk.after_cut([target, target + ".bak"]):
                self.check_state(call, target, texts, in_order)

    def check_state(self, call, target, texts, in_order):
        text = texts[target]
        if text not in (self.old[target], self.new[target]):
            what = "torn" if text == disk.TORN else "gone" if text is None else "another text"
            self.complain(call, f"a power cut may leave {target} {what}")
        elif self.backups and in_order and text == self.new[target]:
            if self.old[target] not in texts.values():
                self.complain(call, f"a power cut may lose the old text of {target}")

    def volatile_targets(self):
        """Targets, and their backups, of which a power cut may still take the new file back."""
        return {
            path
            for change in self.disk.changes
            if not change.is_durable
            for path, file in change.names.items()
            if file is not None and (path in self.old or path.removesuffix(".bak") in self.old)
        }

    def check_report(self, call, data):
        for path in self.volatile_targets():
            if path.encode() in data:
                self.complain(call, f"{path} is reported before it is durable")

    def start_exit_group(self, call):
        for path in self.volatile_targets():
            self.complain(call, f"the program ends before {path} is durable")
