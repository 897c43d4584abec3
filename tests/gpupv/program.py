"""The program itself, with a real PowerShell on a mocked host.

    program.py GPUVIRT SCRATCH

After each call the whole state of the host is compared with what it must be.
"""

import copy
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import mocked
from mocked import FIRST, TWIN, host, interface, machine

ON = {"GuestControlledCacheTypes": True, "LowMemoryMappedIoSpace": 1 << 30,
      "HighMemoryMappedIoSpace": 32 << 30, "CheckpointType": "Disabled",
      "AutomaticCheckpointsEnabled": False, "AutomaticStopAction": "TurnOff"}
NAME = "it's \u201ca\u201d `$(x)` [*] \U0001f4bb\n2"


class World:
    """A host, a user's home, and the program."""

    def __init__(self, gpuvirt, shell, name, state, modules=("hyperv11", "windows")):
        self.gpuvirt = gpuvirt
        self.shell = shell
        self.path, self.environment = shell.environment(name, state, modules, {})
        home = os.path.join(shell.scratch, name + ".home")
        shutil.rmtree(home, ignore_errors=True)
        self.environment["XDG_STATE_HOME"] = home

    def load(self):
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def save(self, state):
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(state, file)

    def run(self, *arguments, status=0):
        run = subprocess.run([self.gpuvirt, "gpupv", *arguments, "--powershell",
                              self.shell.program], env=self.environment, capture_output=True,
                             check=False)
        if run.returncode != status:
            raise AssertionError(f"{arguments}: {run.returncode}: {run.stdout}{run.stderr}")
        return run.stdout.decode() + run.stderr.decode()

    def run_script(self, *arguments):
        """What "script" prints, run by PowerShell as a file would be."""
        text = subprocess.run([self.gpuvirt, "gpupv", "script", *arguments], capture_output=True,
                              check=True).stdout
        path = self.path + ".ps1"
        with open(path, "wb") as file:
            file.write(text)
        # The mock's host of the engine takes commands only, not files.
        read = f"& ([scriptblock]::Create([IO.File]::ReadAllText('{path}')))"
        out, err, _ = self.shell.run_text(os.path.basename(self.path)[:-5], read, self.load())
        if err:
            raise AssertionError(err)
        return out

    def expect(self, *machines):
        """The machines are as given, adapters by their paths alone."""
        have = copy.deepcopy(self.load()["vms"])
        want = copy.deepcopy(list(machines))
        for vm in have:
            vm["Adapters"] = [one["InstancePath"] for one in vm["Adapters"]]
        if have != want:
            raise AssertionError(f"have {json.dumps(have)}\nwant {json.dumps(want)}")


def plain(number, name, **members):
    return machine(number, name, **members)


def on(number, name, path):
    return machine(number, name, **ON, Adapters=[path])


def there_and_back(make):
    world = make("there", host(machine(1, NAME), machine(2, "it's"), machine(3, "two"),
                               machine(4, "two")))
    others = [plain(2, "it's"), plain(3, "two"), plain(4, "two")]
    assert "gpu-ambiguous" in world.run("enable", NAME, status=1)
    assert "vm-ambiguous" in world.run("enable", "two", status=1)
    assert "vm-not-found" in world.run("enable", "IT'S", status=1)
    world.run("enable", "-n", NAME, "--gpu", interface(TWIN))
    world.expect(plain(1, NAME), *others)
    world.run("enable", NAME, "--gpu", interface(TWIN))
    world.expect(on(1, NAME, interface(TWIN)), *others)
    assert "already" in world.run("enable", NAME)
    world.run("enable", NAME, "--gpu", "38AB2860")
    world.expect(on(1, NAME, interface(FIRST)), *others)
    assert "GPU-PV is on" in world.run("status", NAME)
    world.run("disable", NAME)
    world.expect(plain(1, NAME), *others)
    world.run("undo", NAME)
    world.expect(on(1, NAME, interface(FIRST)), *others)
    world.run("undo", NAME)
    world.expect(on(1, NAME, interface(TWIN)), *others)
    world.run("undo", NAME)
    world.expect(plain(1, NAME), *others)
    world.run("undo", NAME, status=1)


def windows_10(make):
    state = host(machine(1, "a"), instancePath=False, gpus=mocked.GPUS[:1])
    world = make("ten", state, modules=("hyperv10", "windows"))
    world.run("enable", "a")
    world.expect(on(1, "a", interface(FIRST)))
    assert "already" in world.run("enable", "a")
    world.run("undo", "a")
    world.expect(plain(1, "a"))


def a_failure(make, cmdlet, after):
    vm = machine(1, "a", Adapters=[{"Id": "Microsoft:old", "InstancePath": interface(FIRST)}])
    state = host(vm, fail={"cmdlet": cmdlet, "call": 1, "id": "AccessDenied",
                           "category": "PermissionDenied", "after": after})
    world = make(f"failure_{cmdlet}_{after}", state)
    said = world.run("enable", "a", "--gpu", interface(TWIN), status=1)
    assert "AccessDenied," in said and "the machine is as it was before" in said, said
    world.expect(plain(1, "a", Adapters=[interface(FIRST)]))
    world.run("undo", "a", status=1)


def scripts_for_another_host(make):
    world = make("scripts", host(machine(1, NAME), machine(2, "two"), machine(3, "two")))
    out = world.run_script("enable", NAME, "--gpu", interface(TWIN))
    assert '"error":null' in out, out
    world.expect(on(1, NAME, interface(TWIN)), plain(2, "two"), plain(3, "two"))
    assert "Gpuvirt.Name" in world.run_script("enable", "two")
    assert '"error":null' in world.run_script("disable", NAME)
    world.expect(plain(1, NAME, **ON), plain(2, "two"), plain(3, "two"))


def run_case(case):
    name, arguments = case[0].__name__, case[1:]
    try:
        case[0](*arguments)
        return None
    except Exception as problem:  # told beside the others
        return f"{name}{arguments[1:]}: {type(problem).__name__}: {problem}"


def main(gpuvirt, scratch):
    shell = mocked.PowerShell(None, scratch)

    def make(*arguments, **named):
        return World(gpuvirt, shell, *arguments, **named)

    cases = [(there_and_back, make), (windows_10, make), (scripts_for_another_host, make)]
    cases += [(a_failure, make, cmdlet, after) for cmdlet in
              ("Set-VM", "Remove-VMGpuPartitionAdapter", "Add-VMGpuPartitionAdapter")
              for after in (False, True)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(run_case, cases) if problem is not None]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(cases) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


sys.exit(main(*sys.argv[1:]))
