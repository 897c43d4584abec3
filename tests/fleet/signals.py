"""SIGINT and SIGTERM at random moments: the run ends at a file, tidy, and says how far it came.

    signals.py GPUVIRT SCRATCH
"""

import os
import random
import re
import signal
import time

import fleet

ROUNDS = 20
MACHINES = 500
MIN_STOPPED = 10  # rounds in which the signal came before the end
MIN_AMID = 3  # rounds in which some files were repaired and some not
SIGNALS = (signal.SIGINT, signal.SIGTERM)
HOW_FAR = re.compile(rb"stopped after (\d+) of (\d+) files")


def stop_one(program, tree, options, delay, which):
    """Stops a run after a time, or when it has begun to replace files."""
    run = program.start("fix", "-q", *options, tree.root)
    if delay is None:
        tree.wait_for_first(run)
    else:
        time.sleep(delay)
    run.send_signal(which)
    _, errors = run.communicate()
    return run.returncode, errors


def problems_of(tree, status, errors, which):
    """What is wrong with a run that was asked to end; nothing when it had ended before."""
    found = tree.problems_between()
    found += [f"{path} is left over" for path in tree.temporaries()]
    if status == 0:
        return found
    if status != -which:
        return found + [f"ended with {status}, not by {which.name}: {errors}"]
    repaired = tree.count_repaired()
    said = HOW_FAR.search(errors)
    if said is None and repaired == 0:
        return found  # it had not begun
    if said is None:
        return found + [f"does not say how far it came: {errors}"]
    done, total = int(said[1]), int(said[2])
    if total != MACHINES or done != repaired:
        found.append(f"says {done} of {total}, but {repaired} of {MACHINES} are repaired")
    return found


def one_round(program, tree, options, delay, which):
    """Returns what was wrong, and how many files were repaired when the signal had stopped it."""
    tree.restore()
    status, errors = stop_one(program, tree, options, delay, which)
    found = problems_of(tree, status, errors, which)
    repaired = tree.count_repaired() if status != 0 else None
    again = program.run("fix", *options, tree.root)
    if again.returncode != 0:
        found.append(f"the next run ended with {again.returncode}: {again.stderr}")
    return found + tree.problems_after(backups=not options), repaired


def main():
    program, scratch, rest = fleet.arguments(__doc__)
    seed = int(rest[0]) if rest else random.randrange(1 << 32)
    chance = random.Random(seed)
    tree = fleet.Fleet(os.path.join(fleet.folder_in_memory(scratch), "tree"), MACHINES)
    os.mkdir(os.path.join(scratch, "empty"))
    start = program.duration("fix", os.path.join(scratch, "empty"))
    end = program.duration("fix", "-q", tree.root)
    problems, came_to = [], []
    for number in range(ROUNDS):
        options = ["--no-backup"] if number % 2 else []
        which = SIGNALS[number // 2 % 2]
        delay = chance.uniform(start, end) if number % 3 else None
        found, repaired = one_round(program, tree, options, delay, which)
        problems += [f"round {number}: {problem}" for problem in found]
        came_to.append(repaired)
    stopped = sum(repaired is not None for repaired in came_to)
    amid = sum(repaired is not None and 0 < repaired < MACHINES for repaired in came_to)
    if stopped < MIN_STOPPED:
        problems.append(f"only {stopped} signals came before the end")
    if amid < MIN_AMID:
        problems.append(f"only {amid} signals came amid the renames")
    said = f"{stopped} of {ROUNDS} stopped, {amid} amid the renames (seed {seed})"
    fleet.finish(problems, said)


if __name__ == "__main__":
    main()
