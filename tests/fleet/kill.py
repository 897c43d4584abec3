"""SIGKILL at random moments: every file stays whole, and the next run finishes and cleans up.

    kill.py GPUVIRT SCRATCH

A run is killed after a random part of the time that a whole one takes; every second time the next
run, which cleans up, is killed too. Only kills that hit a running program are counted.
"""

import os
import random
import signal
import time

import fleet

KILLS = 200
MACHINES = 500
MIN_AT_WORK = 60  # kills between the first change to the tree and the last
MAX_TRIES = 2 * KILLS
OLDER = b"a backup of an earlier repair\n"
WAYS = (  # options of fix, the backup that is there before
    (["--no-backup"], None),
    ([], None),
    ([], OLDER),
)


class Killer:
    def __init__(self, program, tree, seed):
        self.program = program
        self.tree = tree
        self.random = random.Random(seed)
        self.hits = 0
        self.hits_at_work = 0
        self.problems = []

    def measure(self, options):
        """From when to when a run works on the tree, in seconds."""
        empty = os.path.join(self.tree.root, "..", "empty")
        os.makedirs(empty, exist_ok=True)
        start = self.program.duration("fix", *options, empty)
        self.tree.restore()
        return start, self.program.duration("fix", *options, self.tree.root)

    def kill_one(self, options, span):
        run = self.program.start("fix", "-q", *options, self.tree.root)
        time.sleep(self.random.uniform(*span))
        run.kill()
        run.communicate()
        if run.returncode != -signal.SIGKILL:
            return False
        self.hits += 1
        done = self.tree.count_repaired()
        self.hits_at_work += 0 < done < MACHINES or len(self.tree.temporaries()) > 0
        return True

    def finish(self, options, way):
        """The next run repairs what is left and leaves nothing else."""
        run = self.program.run("fix", "-q", *options, self.tree.root)
        if run.returncode != 0:
            self.problems.append(f"{way}: the next run ended with {run.returncode}: {run.stderr}")
        self.note(self.tree.problems_after(backups="--no-backup" not in options), way)

    def note(self, problems, way):
        self.problems += [f"{way}: {problem}" for problem in problems]

    def round(self, options, older, span):
        """Kills a run, and perhaps those after it; then one may finish."""
        way = f"after kill {self.hits}, {' '.join(options) or 'with backups'}"
        self.tree.restore(older)
        while True:
            self.kill_one(options, span)
            self.note(self.tree.problems_between(older), way)
            if self.random.random() < 0.5:
                break
        self.finish(options, way)


def main():
    program, scratch, rest = fleet.arguments(__doc__)
    seed = int(rest[0]) if rest else random.randrange(1 << 32)
    killer = Killer(program, fleet.Fleet(os.path.join(scratch, "tree"), MACHINES), seed)
    spans = [killer.measure(options) for options, _ in WAYS]
    tries = 0
    while killer.hits < KILLS and tries < MAX_TRIES and not killer.problems:
        options, older = WAYS[tries % len(WAYS)]
        killer.round(options, older, spans[tries % len(WAYS)])
        tries += 1
    if killer.hits < KILLS:
        killer.problems.append(f"only {killer.hits} of {KILLS} kills hit a running program")
    if killer.hits_at_work < MIN_AT_WORK:
        killer.problems.append(f"only {killer.hits_at_work} kills hit one at work on the tree")
    fleet.finish(
        killer.problems,
        f"{killer.hits} kills, {killer.hits_at_work} amid the work, {tries} runs to the end "
        f"(seed {seed})",
    )


main()
