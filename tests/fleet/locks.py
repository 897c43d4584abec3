"""VMware's lock in contention: gpuvirt, its library, and an implementation of others.

    locks.py GPUVIRT SCRATCH COUNTER

Processes of two implementations add to one number in two steps, some are killed meanwhile; gpuvirt
adds entries to a file that others read and write; no step and no entry may be lost, nobody may wait
for ever, and nothing may be left. That the tests can fail is shown with different locks and with
none.
"""

import os
import random
import shutil
import signal
import subprocess
import sys
import time

import fleet
import portable
import strace

ROUNDS = 12
COUNTERS = 3  # of each kind
VICTIMS = 8
FIRST_SET = 0xEFFFFFFC  # of process numbers, in every Linux
PATIENCE = 120  # seconds until a contender is taken to starve
ENTRIES = 8
PEER = [sys.executable, "-B", portable.__file__]
TEXT = '.encoding = "UTF-8"\nconfig.version = "8"\nvirtualHW.version = "21"\n'


def start(command):
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(running, problems, what):
    """What each has printed; one that does not come to its end starves."""
    printed = []
    for number, run in enumerate(running):
        try:
            out, errors = run.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            run.kill()
            problems.append(f"{what}: contender {number} starves")
            continue
        if run.returncode != 0:
            problems.append(f"{what}: contender {number} ended with {run.returncode}: {errors}")
        else:
            printed.append(out)
    return printed


def left_over(folder):
    return [name for name in os.listdir(folder) if name.endswith(".lck")]


def kill_some(command, seed):
    """Takes part and is killed at a random moment, one after the other."""
    chance = random.Random(seed)
    for _ in range(VICTIMS):
        victim = start(command)
        time.sleep(chance.uniform(0.01, 0.4))
        victim.kill()
        victim.communicate()


def count_together(scratch, counter, is_shared, problems):
    """Both kinds add to one number; returns how much of it is lost, and the longest wait in ms."""
    folder = os.path.join(scratch, "counted")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    path = os.path.join(folder, "number")
    with open(path, "w") as file:
        file.write("0")
    running = []
    for number in range(COUNTERS):
        locked = path if is_shared else f"{path}{number}"
        running.append(start([counter, path, str(ROUNDS), locked]))
        running.append(start([*PEER, "count", path, str(ROUNDS), path if is_shared else locked + "p"]))
    if is_shared:
        kill_some([counter, path, "1000", path, "idle"], 1)
    printed = finish(running, problems, "counting" if is_shared else "counting, control")
    if left_over(folder) and is_shared:
        # The last victim may have been killed behind all others; then the next comer clears it away.
        finish([start([counter, path, "1", path, "idle"])], problems, "the next comer")
        problems += [f"counting: {name} is left" for name in left_over(folder)]
    number = int(fleet.read(path) or 0)
    return 2 * COUNTERS * ROUNDS - number, max(map(int, printed), default=0)


def check_counting(scratch, counter, problems):
    lost, longest = count_together(scratch, counter, True, problems)
    if lost:
        problems.append(f"{lost} of {2 * COUNTERS * ROUNDS} steps are lost")
    ignored = []
    for _ in range(5):
        if count_together(scratch, counter, False, ignored)[0] or ignored:
            return longest
    problems.append("different locks lose nothing: the test shows nothing")
    return longest


def add_entries(program, path, name, options, problems):
    """Until each entry has been added; a refusal while another has the lock is tried again."""
    refusals = 0
    for number in range(ENTRIES):
        deadline = time.monotonic() + PATIENCE
        while True:
            run = program.run("add", "--no-backup", *options, path, f"{name}.n{number}=1")
            if run.returncode == 0:
                break
            refusals += 1
            if b"refused" not in run.stderr or time.monotonic() > deadline:
                problems.append(f"{name}.n{number} is not added: {run.stderr.decode()}")
                return refusals
            time.sleep(0.01)
    return refusals


def edit_together(program, scratch, options, problems):
    """gpuvirt and two others edit one file; returns the entries that are lost."""
    folder = os.path.join(scratch, "edited")
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    path = os.path.join(folder, "my.vmx")
    with open(path, "w") as file:
        file.write(TEXT)
    # One that gpuvirt waits for, and one that looks like VMware, for which it refuses.
    others = [
        start([*PEER, "append", path, str(ENTRIES), name, seen_as])
        for name, seen_as in (("brief", "gpuvirt"), ("open", "vmware"))
    ]
    add_entries(program, path, "ours", options, problems)
    finish(others, problems, f"editing {options}")
    with open(path) as file:
        text = file.read()
    problems += [f"editing {options}: {name} is left" for name in left_over(folder)]
    names = [f"{who}.n{number} " for who in ("ours", "brief", "open") for number in range(ENTRIES)]
    return [name for name in names if name not in text]


def check_editing(program, scratch, problems):
    lost = edit_together(program, scratch, ["--lock=always", "--lock-timeout=60"], problems)
    if lost:
        problems.append(f"entries are lost: {lost}")
    for _ in range(20):
        if edit_together(program, scratch, ["--lock=never", "--force"], []):
            return
    problems.append("without the lock nothing is lost: the test shows nothing")


class Holder:
    """Another program that has the lock of a fresh file."""

    def __init__(self, scratch, name, seen_as):
        self.folder = os.path.join(scratch, name)
        os.makedirs(self.folder)
        self.path = os.path.join(self.folder, "my.vmx")
        with open(self.path, "w") as file:
            file.write(TEXT)
        self.run = subprocess.Popen(
            [*PEER, "hold", self.path, seen_as], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.run.stdout.readline()

    def kill(self):
        self.run.kill()
        self.run.communicate()

    def release(self):
        self.run.communicate()

    def is_changed(self):
        return fleet.read(self.path) != TEXT.encode()


def check_timeout(program, scratch, problems):
    """gpuvirt waits for another one, not for ever, and says whom it waited for."""
    holder = Holder(scratch, "timeout", "gpuvirt")
    run = program.run("set", "--lock-timeout=1", holder.path, "a=1")
    said = run.stderr.decode()
    if run.returncode != 1 or f"gpuvirt, process {holder.run.pid}" not in said:
        problems.append(f"timeout: {run.returncode}: {said}")
    if holder.is_changed():
        problems.append("timeout: the file was changed although another had the lock")
    run = program.start("set", holder.path, "a=1")
    time.sleep(0.5)
    holder.release()
    run.communicate()
    if run.returncode != 0 or not holder.is_changed() or left_over(holder.folder):
        problems.append(f"timeout: after the release {run.returncode}, {left_over(holder.folder)}")


def check_signal(program, scratch, problems):
    """A user need not wait for the end of a wait."""
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        holder = Holder(scratch, which.name, "gpuvirt")
        run = program.start("set", "--lock-timeout=600", holder.path, "a=1")
        while len(os.listdir(holder.path + ".lck")) < 2 and run.poll() is None:
            time.sleep(0.01)
        run.send_signal(which)
        try:
            run.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            problems.append(f"{which.name} does not end a wait")
            run.kill()
            run.communicate()
        if run.returncode != -which or len(os.listdir(holder.path + ".lck")) != 1:
            problems.append(f"{which.name}: {run.returncode}, {os.listdir(holder.path + '.lck')}")
        holder.release()


def check_crash_of_another(program, scratch, problems):
    holder = Holder(scratch, "crash", "vmware")
    run = program.run("set", holder.path, "a=1")
    if run.returncode != 1 or b"running" not in run.stderr + b"running" * (b"open in VMware" in run.stderr):
        problems.append(f"a lock that VMware has is not refused: {run.stderr.decode()}")
    holder.kill()
    run = program.run("set", "--lock-timeout=0", holder.path, "a=1")
    if run.returncode != 0 or left_over(holder.folder):
        problems.append(f"a stale lock keeps gpuvirt out: {run.stderr.decode()}")


def check_crash_of_gpuvirt(program, scratch, problems):
    """Killed while it has the lock: VMware's judgement finds the member stale."""
    if not strace.is_permitted():
        print("SKIP: strace may not trace here: gpuvirt is not killed with the lock", file=sys.stderr)
        return
    folder = os.path.join(scratch, "killed")
    os.makedirs(folder)
    path = os.path.join(folder, "my.vmx")
    with open(path, "w") as file:
        file.write(TEXT)
    log = os.path.join(scratch, "log")
    strace.record(program.command("set", path, "a=1"), log, "renameat2:signal=KILL")
    members = os.listdir(path + ".lck") if left_over(folder) else []
    if len(members) != 1 or portable.read_member(os.path.join(path + ".lck", members[0])) is None:
        problems.append(f"killed with the lock: {members} is left")
        return
    lock = portable.Lock(path, "vmware")
    try:
        lock.take(limit=0)
        lock.release()
    except portable.Busy:
        problems.append("the lock of a killed gpuvirt is not found stale")
    if left_over(folder):
        problems.append("the lock of a killed gpuvirt is left")


def main():
    program, scratch, rest = fleet.arguments(__doc__)
    counter = rest[0]
    if os.stat("/proc/self/ns/pid").st_ino != FIRST_SET:
        fleet.skip("with process numbers of its own gpuvirt takes VMware's machine for another")
    problems = []
    longest = check_counting(scratch, counter, problems)
    check_editing(program, scratch, problems)
    check_timeout(program, scratch, problems)
    check_signal(program, scratch, problems)
    check_crash_of_another(program, scratch, problems)
    check_crash_of_gpuvirt(program, scratch, problems)
    fleet.finish(
        problems,
        f"{2 * COUNTERS * ROUNDS} steps beside {VICTIMS} kills, longest wait {longest} ms; "
        f"{3 * ENTRIES} entries",
    )


if __name__ == "__main__":
    main()
