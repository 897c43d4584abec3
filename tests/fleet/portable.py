"""VMware's portable file lock, written from its description alone (docs/locks.md): the other side of
the tests of gpuvirt's own.

Knows the protocol on the disk; knows nothing about gpuvirt's code.

    portable.py count PATH ROUNDS LOCKED        adds to the number in PATH, LOCKED is locked
    portable.py append PATH ROUNDS NAME PROGRAM adds entries NAME.nI to PATH, as PROGRAM
    portable.py hold PATH PROGRAM               holds the lock until the end; says when it has it
"""

import base64
import fcntl
import os
import random
import re
import socket
import struct
import sys
import time

NAME = re.compile(r"^([MDE])\d{5}.*\.lck$")
SIZE = 512


def djb2(data):
    value = 5381
    for byte in data:
        value = (value * 33 + byte) & 0xFFFFFFFF
    return value


def hardware_address():
    """Of the first of eth0 to eth7; zeroes when there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        for number in range(8):
            request = struct.pack("256s", b"eth%d" % number)
            try:
                return fcntl.ioctl(found, 0x8927, request)[18:24]
            except OSError as error:
                if error.errno != 19:  # ENODEV
                    break
    return bytes(6)


def machine_id():
    node = os.uname().nodename
    try:
        node = socket.gethostbyname_ex(node)[0]
    except OSError:
        pass
    raw = struct.pack("<I", djb2(node.encode())) + hardware_address() + bytes(2)
    return base64.b64encode(raw).decode().replace("/", "-")


def creation_time(pid):
    """0 when it cannot be read."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return int(file.readline().rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return 0


def is_alive(execution):
    found = re.match(r"(\d+)(?:-(\d+))?", execution)
    if found is None:
        return True
    try:
        os.kill(int(found[1]), 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    now, then = creation_time(int(found[1])), int(found[2] or 0)
    return now == 0 or then == 0 or now == then


def read_member(path):
    """Machine, execution and number, or None for what is no member."""
    with open(path, "rb") as file:
        data = file.read()
    fields = data.split(b"\0")[0].decode("latin-1").split(" ")
    fields = [field for field in fields if field]
    if len(data) != SIZE or not 5 <= len(fields) <= 16 or fields[3] not in ("X", "S"):
        return None
    number = re.match(r"\d+", fields[2])
    if number is None or not all(re.match(r"^[^=]+=.+$", field) for field in fields[5:]):
        return None
    return fields[0], fields[1], int(number[0])


class Busy(Exception):
    """Others have the lock all the time."""


class Lock:
    def __init__(self, path, program):
        folder, name = os.path.split(path)
        self.folder = os.path.join(os.path.realpath(folder), name) + ".lck"
        self.machine = machine_id()
        self.started = creation_time(os.getpid())
        self.execution = f"{os.getpid()}-{self.started}({program})"

    def at(self, name):
        return os.path.join(self.folder, name)

    def enter(self):
        """Stands in the doorway, with a number that nobody else has."""
        before = os.umask(0)
        try:
            while True:
                self.number = f"{random.SystemRandom().randrange(65536):05d}.lck"
                try:
                    os.mkdir(self.folder, 0o777)
                except FileExistsError:
                    pass
                try:
                    os.mkdir(self.at("D" + self.number), 0o777)
                except (FileExistsError, FileNotFoundError):
                    continue
                if not os.path.lexists(self.at("M" + self.number)):
                    return
                os.rmdir(self.at("D" + self.number))
        finally:
            os.umask(before)

    def look(self, name):
        """The number of a member that counts; what is stale is removed."""
        try:
            member = read_member(self.at(name))
            if member is None or (member[0] == self.machine and not is_alive(member[1])):
                os.unlink(self.at(name))
                return None
        except FileNotFoundError:
            return None
        return member[2]

    def names(self, letter):
        """The names of others."""
        return [
            name
            for name in os.listdir(self.folder)
            if NAME.match(name) and name[0] == letter and name != letter + self.number
        ]

    def publish(self):
        entry = self.at("E" + self.number)
        file = os.open(entry, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        numbers = [self.look(name) for name in self.names("M")]
        self.place = max([number for number in numbers if number is not None], default=0) + 1
        checksum = djb2(self.folder.encode())  # these paths are ASCII: signed or not is the same
        text = f"{self.machine} {self.execution} {self.place} X {self.started} lc={checksum}"
        os.write(file, text.encode().ljust(SIZE, b"\0"))
        os.close(file)
        os.rename(entry, self.at("M" + self.number))
        os.rmdir(self.at("D" + self.number))

    def watch(self):
        """Until nobody is in the doorway; what stays for more than 8.2 seconds is swept."""
        since = {}
        while True:
            members, doorways = self.names("M"), self.names("D")
            if not doorways:
                return members
            now = time.monotonic()
            since = {name: since.get(name, now) for name in doorways}
            for name in doorways:
                if now - since[name] > 8.2:
                    for letter in "ME":
                        self.remove(letter + name[1:])
                    self.remove(name, os.rmdir)
            time.sleep(0.2)

    def remove(self, name, how=os.unlink):
        try:
            how(self.at(name))
        except OSError:
            pass

    def wait(self, limit):
        begun = time.monotonic()
        for name in self.watch():
            while True:
                number = self.look(name)
                if number is None or (number, name) > (self.place, "M" + self.number):
                    break
                age = time.monotonic() - begun
                if age >= limit:
                    raise Busy
                most = 0.1 if age <= 2 else min(age / 10, 2)
                time.sleep(random.uniform(most / 2, most))

    def take(self, limit=60):
        self.enter()
        try:
            self.publish()
            self.wait(limit)
        except BaseException:
            self.release()
            raise

    def release(self):
        for letter in "ME":
            self.remove(letter + self.number)
        self.remove("D" + self.number, os.rmdir)
        self.remove("", os.rmdir)


def count(path, rounds, locked):
    """Adds one, so many times; each time the number is read and written in two steps."""
    lock = Lock(locked, "count")
    longest = 0
    for _ in range(int(rounds)):
        begun = time.monotonic()
        lock.take()
        longest = max(longest, time.monotonic() - begun)
        with open(path) as file:
            number = int(file.read())
        time.sleep(random.uniform(0, 0.002))
        with open(path, "w") as file:
            file.write(str(number + 1))
        lock.release()
    print(f"{longest * 1000:.0f}")


def append(path, rounds, name, program):
    """Adds entries as an editor does: reads the whole text, renames a new one over it."""
    lock = Lock(path, program)
    for number in range(int(rounds)):
        lock.take()
        with open(path) as file:
            text = file.read()
        time.sleep(random.uniform(0.002, 0.01))
        with open(f"{path}.{name}", "w") as file:
            file.write(text + f'{name}.n{number} = "1"\n')
        os.rename(f"{path}.{name}", path)
        lock.release()
        time.sleep(random.uniform(0, 0.05))


def hold(path, program):
    lock = Lock(path, program)
    lock.take()
    print("held", flush=True)
    sys.stdin.read()
    lock.release()


if __name__ == "__main__":
    {"count": count, "append": append, "hold": hold}[sys.argv[1]](*sys.argv[2:])
