"""Two fixes at once, and a fix beside a program that rewrites the files: no edit is lost.

    contention.py GPUVIRT SCRATCH

The writer rewrites files as editors do, a new file renamed over the old one, and each rewrite adds
a line to what it wrote before. It never reads, so what it wrote last is what must be there,
repaired or not. That the test can fail is shown first with a fixer that reads, writes and renames.
"""

import os
import random
import threading

import fleet
import machines

ROUNDS = 8
MACHINES = 60
PAIRS = 8
CONTROL_ROUNDS = 40


class Writer(threading.Thread):
    """Adds edits to random files until it is told to stop."""

    def __init__(self, tree, seed):
        super().__init__(daemon=True)
        self.random = random.Random(seed)
        self.texts = dict(tree.old)
        self.paths = list(tree.old)
        self.edits = 0
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.is_set():
            self.edit(self.random.choice(self.paths))
            self.stopping.wait(self.random.choice((0, 0, 0.0005, 0.002)))

    def edit(self, path):
        self.edits += 1
        text = self.texts[path] + f'edit.n{self.edits} = "by the writer"\n'.encode()
        machines.write(path + ".writer", text)
        os.rename(path + ".writer", path)
        self.texts[path] = text

    def stop(self):
        self.stopping.set()
        self.join()

    def lost(self):
        """The files that hold neither what was written last nor its repair."""
        return [
            path
            for path, text in self.texts.items()
            if fleet.read(path) not in (text, machines.repaired(text))
        ]


def beside_writer(tree, seed, fix):
    """One round: FIX runs some times while the writer writes; returns the lost files and edits."""
    tree.restore()
    writer = Writer(tree, seed)
    writer.start()
    for _ in range(3):
        fix()
    writer.stop()
    return writer.lost() + tree.temporaries(), writer.edits


def naive_fix(tree):
    """Reads, and renames its repair over whatever is there by then."""
    for path in tree.old:
        text = machines.repaired(fleet.read(path))
        machines.write(path + ".naive", text)
        os.rename(path + ".naive", path)


def check_can_fail(tree):
    for seed in range(CONTROL_ROUNDS):
        if beside_writer(tree, seed, lambda: naive_fix(tree))[0]:
            return []
    return ["a fixer that loses edits was not noticed: the test shows nothing"]


def check_writer(program, tree, options):
    problems, edits = [], 0
    for seed in range(ROUNDS):
        lost, count = beside_writer(
            tree, seed, lambda: program.run("fix", "-q", *options, tree.root)
        )
        edits += count
        problems += [f"round {seed} {options}: the last edit of {path} is lost" for path in lost]
    if edits < 10 * ROUNDS:
        problems.append(f"the writer came to {edits} edits only")
    return problems, edits


def check_two_fixes(program, tree):
    problems = []
    for number in range(PAIRS):
        tree.restore()
        runs = [program.start("fix", "-q", tree.root) for _ in range(2)]
        outcomes = [(run.communicate(), run.returncode) for run in runs]
        for (_, errors), status in outcomes:
            if status != 0:
                problems.append(f"pair {number}: one ended with {status}: {errors}")
        problems += [f"pair {number}: {what}" for what in tree.problems_after(backups=True)]
    return problems


def main():
    program, scratch, _ = fleet.arguments(__doc__)
    tree = fleet.Fleet(os.path.join(scratch, "tree"), MACHINES)
    problems = check_can_fail(tree)
    edits = 0
    for options in ([], ["--no-backup"]):
        found, count = check_writer(program, tree, options)
        problems += found
        edits += count
    problems += check_two_fixes(program, fleet.Fleet(os.path.join(scratch, "two"), 4 * MACHINES))
    fleet.finish(problems, f"{edits} edits beside {6 * ROUNDS} fixes, {PAIRS} pairs of fixes")


if __name__ == "__main__":
    main()
