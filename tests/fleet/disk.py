"""A disk that may lose what was not made durable.

Knows files, names, and what a power cut may leave of them; knows nothing about gpuvirt.

The model is harsher than file systems are: what was written to a file since its last sync may be
lost or torn, and each change of names since the last sync of its folder may have reached the disk
or not, whatever became of earlier ones. A rename or an exchange is one change.

Times are places in a log: what began at START and ended at END may be on the disk from START on,
and a sync makes durable only what had ended before it began.
"""

import itertools

TORN = b"<torn>"  # what a file may hold whose text was not made durable


class File:
    """A text, and when it was last written; 0: in place and durable from the beginning."""

    def __init__(self, text=b"", written=0):
        self.text = text
        self.written = written
        self.synced = 0

    @property
    def is_durable(self):
        return self.written <= self.synced

    def after_cut(self):
        """What it may hold after a power cut, in the worst case."""
        return self.text if self.is_durable else TORN

    def write(self, offset, data, end):
        self.text = self.text[:offset].ljust(offset, b"\0") + data + self.text[offset + len(data) :]
        self.written = end

    def sync(self, start):
        if self.written < start:
            self.synced = start


class Change:
    """Names that change together: path to file, or to None where the name goes."""

    def __init__(self, names, end):
        self.names = names
        self.end = end
        self.volatile = {path.rpartition("/")[0] for path in names}  # folders not yet synced

    @property
    def is_durable(self):
        return not self.volatile


class Disk:
    """Names as the system shows them, and the changes to them that may be lost."""

    def __init__(self, texts):
        self.names = {path: File(text) for path, text in texts.items()}
        self.durable = dict(self.names)
        self.changes = []

    def change(self, names, end):
        self.names.update(names)
        self.changes.append(Change(names, end))

    def sync_folder(self, folder, start):
        """Makes the changes durable in FOLDER, or in every one."""
        for change in self.changes:
            if change.end < start:
                change.volatile -= {folder} if folder is not None else set(change.volatile)
        while self.changes and self.changes[0].is_durable:
            self.durable.update(self.changes.pop(0).names)

    def sync_all(self, start):
        for file in set(self.names.values()) - {None}:
            file.sync(start)
        self.sync_folder(None, start)

    def changes_to(self, paths):
        """The changes that a power cut may undo and that reach PATHS, by way of other names too,
        and all names that they reach."""
        reached = set(paths)
        while True:
            related = [change for change in self.changes if reached & change.names.keys()]
            wider = reached.union(*(change.names for change in related))
            if wider == reached:
                return related, reached
            reached = wider

    def after_cut(self, paths):
        """Each state in which a power cut may leave PATHS and the names related to them: texts by
        name, and whether the changes reached the disk in their order."""
        changes, reached = self.changes_to(paths)
        choices = [(True,) if change.is_durable else (True, False) for change in changes]
        for kept in itertools.product(*choices):
            state = {name: self.durable.get(name) for name in reached}
            for change, is_kept in zip(changes, kept):
                if is_kept:
                    state.update(change.names)
            texts = {name: file and file.after_cut() for name, file in state.items()}
            yield texts, list(kept) == sorted(kept, reverse=True)
