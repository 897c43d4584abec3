"""SIGKILL at random moments: every file stays whole, and the next run finishes and cleans up.

    kill.py GPUVIRT SCRATCH KILLS [SEED]

A run is killed after a random part of the time that a whole one takes; mostly the next run, which
cleans up, is killed too, and so on until one may finish. Only kills that hit a running program are counted. Most are
made in memory, some on the disk, where most of the time is spent in syncs.
"""

import os
import random
import signal
import time

import fleet

ON_DISK = 0.15  # this part of the kills
MACHINES = 500
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
        self.hits_amid_renames = 0
        self.problems = []

    def measure(self, options):
        """From when to when a run works on the tree, in seconds."""
        empty = os.path.join(self.tree.root, "..", "empty")
        os.makedirs(empty, exist_ok=True)
        start = self.program.duration("fix", *options, empty)
        self.tree.restore()
        return start, self.program.duration("fix", *options, self.tree.root)

    def kill_one(self, options, span):
        """Every second time it is killed soon after it has begun to replace files."""
        run = self.program.start("fix", "-q", *options, self.tree.root)
        if self.random.random() < 0.5:
            self.tree.wait_for_first(run)
            span = (0, (span[1] - span[0]) / 5)
        time.sleep(self.random.uniform(*span))
        run.kill()
        run.communicate()
        if run.returncode != -signal.SIGKILL:
            return False
        self.hits += 1
        done = self.tree.count_repaired()
        self.hits_amid_renames += 0 < done < MACHINES
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
            if self.random.random() < 0.3:
                break
        self.finish(options, way)

    def kill(self, count):
        """Rounds until COUNT kills have hit; twice as many rounds are too many."""
        spans = [self.measure(options) for options, _ in WAYS]
        for number in range(2 * count):
            if self.hits >= count or self.problems:
                break
            options, older = WAYS[number % len(WAYS)]
            self.round(options, older, spans[number % len(WAYS)])
        if self.hits < count:
            self.problems.append(f"only {self.hits} of {count} kills hit a running program")
        if self.hits_at_work < count // 4 or self.hits_amid_renames < count // 20:
            self.problems.append("too few kills hit one amid its work: " + self.said())

    def said(self):
        return (
            f"{self.hits} kills below {self.tree.root}, {self.hits_at_work} amid the work, "
            f"{self.hits_amid_renames} of these amid the renames"
        )


def main():
    program, scratch, rest = fleet.arguments(__doc__)
    kills = int(rest[0])
    seed = int(rest[1]) if len(rest) > 1 else random.randrange(1 << 32)
    problems, said = [], []
    on_disk = int(kills * ON_DISK)
    places = ((fleet.folder_in_memory(scratch), kills - on_disk), (scratch, on_disk))
    for folder, count in places:
        tree = fleet.Fleet(os.path.join(folder, "tree"), MACHINES)
        killer = Killer(program, tree, seed)
        killer.kill(count)
        problems += killer.problems
        said.append(killer.said())
    fleet.finish(problems, f"{', '.join(said)} (seed {seed})")


if __name__ == "__main__":
    main()
