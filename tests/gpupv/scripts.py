"""The scripts that are compiled in, run by PowerShell on a mocked host.

    scripts.py RUN_SCRIPT SCRATCH SOURCE

Each case compares the whole answer, the whole state of the host afterwards, and which commands
have changed it.
"""

import base64
import copy
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import mocked
from mocked import FIRST, GPUS, TWIN, host, interface, machine

MEMBERS = {  # of a machine: what an answer calls it, and how it shows it
    "id": ("Id", str), "name": ("Name", str), "state": ("State", str),
    "generation": ("Generation", int), "version": ("Version", str),
    "checkpoints": ("Checkpoints", int), "cacheTypes": ("GuestControlledCacheTypes", bool),
    "lowMmio": ("LowMemoryMappedIoSpace", str), "highMmio": ("HighMemoryMappedIoSpace", str),
    "checkpointType": ("CheckpointType", str),
    "automaticCheckpoints": ("AutomaticCheckpointsEnabled", bool),
    "stopAction": ("AutomaticStopAction", str), "dynamicMemory": ("DynamicMemoryEnabled", bool),
}

# Each must be found, and none of the others with it.
NAMES = [
    "vm", "VM", "Vm ", " ", "v*", "v?", "[vm]", "[a-z]m", "v\u00adm", "v\u200bm", 
    "it's", 'a "quoted" one', "$(throw 'x')", "$env:PATH", "a`nb", "back\\slash\\", "\u2018smart\u2019",
    "\u201csmart\u201d", "\u201e\u201a\u2032", "two\nlines", "tab\tcr\r", "\u4eee\u60f3\u6a5f",
    "\U0001f600 emoji \U0001f468\u200d\U0001f469\u200d\U0001f467", "\u00e9", "e\u0301",
    "\u202eright to left", "2024-05-05T10:00:00Z", "\u001b[31m", "-Name", "@{a=1}", "<<<gpuvirt:{}:gpuvirt>>>",
    "'; [IO.File]::WriteAllText('{scratch}/pwned', 'x'); '", "x" * 2000, "null", "true", "0",
]

ASKED = ("vm", "Vm ", " ", "v*", "[vm]", "v\u00adm", "it's", "$(throw 'x')", "a`nb", "\u2018smart\u2019",
         "two\nlines", "\u4eee\u60f3\u6a5f", "e\u0301", "2024-05-05T10:00:00Z", "null")

OFF_SETTINGS = {"do": "set-vm", "cacheTypes": True, "lowMmio": "1073741824",
                "highMmio": "34359738368", "checkpointType": "Disabled",
                "automaticCheckpoints": False, "stopAction": "TurnOff"}
ON = {"GuestControlledCacheTypes": True, "LowMemoryMappedIoSpace": 1073741824,
      "HighMemoryMappedIoSpace": 34359738368, "CheckpointType": "Disabled",
      "AutomaticCheckpointsEnabled": False, "AutomaticStopAction": "TurnOff"}
BACK = {"do": "set-vm", "cacheTypes": False, "lowMmio": "134217728", "highMmio": "536870912",
        "checkpointType": "Production", "automaticCheckpoints": True, "stopAction": "Save"}
CHANGING = ("Set-VM", "Add-VMGpuPartitionAdapter", "Remove-VMGpuPartitionAdapter")


def show(vm):
    """What an answer says of a machine."""
    shown = {name: kind(vm[member]) for name, (member, kind) in MEMBERS.items()}
    shown["adapters"] = [{"id": one["Id"], "path": one["InstancePath"]} for one in vm["Adapters"]]
    return shown


def adapter(vm, number, path):
    return {"Id": f"Microsoft:{vm['Id']}\\{number:012d}", "InstancePath": path}


def apply_to(vm, *steps):
    return {"version": 1, "vm": vm["Id"], "steps": list(steps)}


class Cases:
    def __init__(self, shell, source):
        self.shell = shell
        self.source = source
        self.count = 0

    def equal(self, have, want):
        """Byte for byte, as JSON with its members in order of names."""
        have, want = (json.dumps(one, sort_keys=True, indent=1) for one in (have, want))
        if have != want:
            raise AssertionError(f"have {have}\nwant {want}")

    def unchanged(self, before, after, but=None):
        """AFTER is BEFORE, calls aside, with BUT for its machines; no command that changes was
        called when BUT is not given."""
        want = copy.deepcopy(before)
        want["calls"] = after["calls"]
        if but is not None:
            want["vms"], want["next"] = but
        self.equal(after, want)
        changing = [call for call in after["calls"] if call.split(" ")[0] in CHANGING]
        if but is None and changing:
            raise AssertionError(f"changed: {changing}")
        return changing

    def observe(self, name, state, wanted=None, **how):
        answer, after = self.shell.run(name, "observe", {"version": 1, "vm": wanted}, state, **how)
        self.unchanged(state, after)
        return answer

    # What is seen.

    def windows_11(self):
        state = host(machine(1, "a", Adapters=[{"Id": "Microsoft:1\\2", "InstancePath": GPUS[1]["Name"]},
                                               {"Id": "Microsoft:1\\3", "InstancePath": None}]),
                     machine(2, "b", State="Saved", Checkpoints=3, Generation=1, Version="5.0",
                             HighMemoryMappedIoSpace=2**64 - 1, LowMemoryMappedIoSpace=2**32 - 1))
        state["registry"][mocked.POLICY_KEY] = {"RequireSecureDeviceAssignment": 1,
                                                "RequireSupportedDeviceAssignment": 0}
        answer = self.observe("windows_11", state)
        computer = answer["host"].pop("computer")
        assert isinstance(computer, str) and computer != ""
        self.equal(answer["host"], {
            "build": 26100, "server": False, "edition": "Professional", "powershell": "7.6.9",
            "elevated": None, "hypervAdministrator": None, "module": True, "vmms": "Running",
            "listCommand": "Get-VMHostPartitionableGpu", "instancePath": True, "addressBits": None,
            "requireSecureDeviceAssignment": 1, "requireSupportedDeviceAssignment": 0})
        names = ["NVIDIA GeForce GTX 1050 Ti"] * 2 + ["NVIDIA A10", "Intel(R) AI Boost", None]
        self.equal([gpu["name"] for gpu in answer["gpus"]], names)
        self.equal([gpu["path"] for gpu in answer["gpus"]], [gpu["Name"] for gpu in GPUS])
        self.equal(answer["gpus"][1], {
            "path": interface(TWIN), "name": "NVIDIA GeForce GTX 1050 Ti", "instanceId": TWIN,
            "class": "Display", "status": "OK", "driver": "32.0.15.6094", "partitionCount": 32,
            "validPartitionCounts": [32]})
        self.equal(answer["gpus"][2]["validPartitionCounts"], [1, 2, 4])
        self.equal(answer["gpus"][4], {
            "path": interface(mocked.GONE), "name": None,
            "instanceId": interface(mocked.GONE)[4:].split("#{")[0].replace("#", "\\"),
            "class": None, "status": None, "driver": None, "partitionCount": 32,
            "validPartitionCounts": []})
        self.equal(answer["vms"], [show(vm) for vm in state["vms"]])
        self.equal(answer["vms"][1]["highMmio"], "18446744073709551615")
        self.equal(answer["error"], None)

    def windows_10(self):
        state = host(machine(1, "a"), instancePath=False)
        answer = self.observe("windows_10", state, modules=("hyperv10", "windows"))
        self.equal(answer["host"]["listCommand"], "Get-VMPartitionableGpu")
        self.equal(answer["host"]["instancePath"], False)
        self.equal(len(answer["gpus"]), 5)
        self.equal([answer["vms"], answer["error"]], [[show(state["vms"][0])], None])

    def a_module_without_gpus(self):
        state = host(machine(1, "a"))
        answer = self.observe("without_gpus", state, modules=("hyperv2016", "windows"))
        self.equal([answer["host"]["listCommand"], answer["host"]["instancePath"]], [None, None])
        self.equal([answer["gpus"], answer["error"]], [None, None])
        self.equal(answer["vms"], [{**show(state["vms"][0]), "adapters": None}])

    def no_module(self):
        answer = self.observe("no_module", host(vmms=None), modules=("windows",))
        self.equal([answer["host"]["module"], answer["host"]["vmms"]], [False, "NotFound"])
        self.equal([answer["gpus"], answer["vms"], answer["error"]], [None, None, None])

    def nothing_known_of_the_host(self):
        answer = self.observe("nothing_known", host(registry={}, vmms="Stopped", gpus=[], devices=[]))
        self.equal([answer["host"][name] for name in ("build", "server", "edition", "vmms")],
                   [None, None, None, "Stopped"])
        self.equal([answer["gpus"], answer["vms"], answer["error"]], [[], [], None])

    def a_server(self):
        state = host()
        state["registry"][mocked.VERSION_KEY].update(
            CurrentBuild="20348", InstallationType="Server Core", EditionID="ServerDatacenter")
        answer = self.observe("server", state)
        self.equal([answer["host"]["build"], answer["host"]["server"]], [20348, True])

    def one_who_may_not(self):
        answer = self.observe("denied", host(machine(1, "a"), denied=True))
        self.equal([answer["host"]["module"], len(answer["gpus"]), answer["vms"]], [True, 5, None])
        self.equal(answer["error"]["id"], "Unspecified,Microsoft.HyperV.PowerShell.Commands.GetVM")
        self.equal([answer["error"]["category"], answer["error"]["step"]], ["NotSpecified", None])

    def failing_queries(self):
        for cmdlet, lost in (("Get-VMHostPartitionableGpu", "gpus"), ("Get-VMSnapshot", "vms"),
                             ("Get-VMGpuPartitionAdapter", "vms"), ("Get-PnpDevice", None)):
            fail = {"cmdlet": cmdlet, "call": 1, "id": "Injected", "category": "DeviceError"}
            answer = self.observe("failing_" + cmdlet, host(machine(1, "a"), fail=fail))
            assert answer["error"]["id"].startswith("Injected,"), answer["error"]
            self.equal([name for name in ("host", "gpus", "vms") if answer[name] is None],
                       [lost] if lost else [])

    def no_adapters_told_as_an_error(self):
        fail = {"cmdlet": "Get-VMGpuPartitionAdapter", "call": 1, "id": "ObjectNotFound",
                "category": "ObjectNotFound"}
        answer = self.observe("no_adapters", host(machine(1, "a"), fail=fail))
        self.equal([answer["error"], answer["vms"][0]["adapters"]], [None, []])

    def every_name(self):
        names = [name.replace("{scratch}", self.shell.scratch) for name in NAMES]
        state = host(*(machine(number, name) for number, name in enumerate(names)))
        answer = self.observe("every_name", state)
        self.equal([vm["name"] for vm in answer["vms"]], names)
        if os.path.exists(os.path.join(self.shell.scratch, "pwned")):
            raise AssertionError("a name was run")

    def one_name(self, number):
        names = [name.replace("{scratch}", self.shell.scratch) for name in NAMES]
        state = host(*(machine(one, name) for one, name in enumerate(names)))
        answer = self.observe(f"name_{number}", state, {"name": names[number]})
        same = [show(vm) for vm in state["vms"] if vm["Name"] == names[number]]
        self.equal([answer["vms"], answer["error"]], [same, None])

    def two_of_one_name(self):
        state = host(machine(1, "same"), machine(2, "same"), machine(3, "SAME"))
        answer = self.observe("two", state, {"name": "same"})
        self.equal([vm["id"] for vm in answer["vms"]], [vm["Id"] for vm in state["vms"][:2]])
        answer = self.observe("two_by_id", state, {"id": state["vms"][1]["Id"].upper()})
        self.equal(answer["vms"], [show(state["vms"][1])])
        self.equal(self.observe("none", state, {"name": "sam"})["vms"], [])

    # What is done.

    def applied(self, name, state, request, want, done=None, error=None, **how):
        """Applies REQUEST to STATE, whose first machine must become WANT, and returns the calls
        that changed something."""
        answer, after = self.shell.run(name, "apply", request, state, **how)
        if error is not None:
            told = answer["error"]
            self.equal([told["step"], told["id"], told["category"]], error)
            assert told["hresult"].startswith("0x8") and told["message"], told
            answer["error"] = None
        count = len(request["steps"]) if done is None else done
        self.equal(answer, {"version": 1, "done": count, "error": None, "vm": show(want)})
        changed = after["vms"][0] != state["vms"][0] or after["next"] != state["next"]
        but = ([want] + state["vms"][1:], after["next"]) if changed else None
        return self.unchanged(state, after, but) if changed else after["calls"], after

    def enable_disable_undo(self):
        """On, on again, off, and back; each on what the one before left."""
        vm = machine(1, "a", Adapters=[{"Id": "Microsoft:old\\1", "InstancePath": interface(FIRST)}])
        state = host(vm, machine(2, "a", Adapters=[{"Id": "x", "InstancePath": None}]))
        steps = [OFF_SETTINGS, {"do": "remove-adapter", "id": "Microsoft:old\\1"},
                 {"do": "add-adapter", "path": interface(TWIN)}]
        want = {**vm, **ON, "Adapters": [adapter(vm, 1, interface(TWIN))]}
        calls, after = self.applied("enable", state, apply_to(vm, *steps), want)
        self.equal(calls, [
            "Set-VM -AutomaticCheckpointsEnabled False -AutomaticStopAction TurnOff -CheckpointType"
            " Disabled -GuestControlledCacheTypes True -HighMemoryMappedIoSpace 34359738368"
            f" -LowMemoryMappedIoSpace 1073741824 -VM {vm['Id']}",
            f"Remove-VMGpuPartitionAdapter -AdapterId Microsoft:old\\1 -VM {vm['Id']}",
            f"Add-VMGpuPartitionAdapter -InstancePath {interface(TWIN)} -VM {vm['Id']}"])
        after["calls"] = []
        self.applied("again", after, apply_to(vm), want)
        gone = {**want, "Adapters": []}
        _, after = self.applied("disable", after, apply_to(vm, {"do": "remove-adapter",
                                                                "id": want["Adapters"][0]["Id"]}), gone)
        after["calls"] = []
        undone = {**vm, "Adapters": [adapter(vm, 2, interface(FIRST))]}
        self.applied("undo", after, apply_to(vm, BACK, {"do": "add-adapter",
                                                        "path": interface(FIRST)}), undone)

    def a_failure(self, step, after_effect):
        """The STEP-th fails, having done its work or not; nothing behind it is begun; undone."""
        old = {"Id": "Microsoft:old\\1", "InstancePath": interface(FIRST)}
        vm = machine(1, "a", Adapters=[old])
        steps = [OFF_SETTINGS, {"do": "remove-adapter", "id": old["Id"]},
                 {"do": "add-adapter", "path": interface(TWIN)}]
        cmdlet = ("Set-VM", "Remove-VMGpuPartitionAdapter", "Add-VMGpuPartitionAdapter")[step]
        state = host(vm, fail={"cmdlet": cmdlet, "call": 1, "id": "AccessDenied",
                               "category": "PermissionDenied", "after": after_effect})
        effects = [ON, {"Adapters": []}, {"Adapters": [adapter(vm, 1, interface(TWIN))]}]
        want = dict(vm)
        for effect in effects[:step + (1 if after_effect else 0)]:
            want.update(effect)
        name = f"failure_{step}_{after_effect}"
        kind = "Microsoft.HyperV.PowerShell.Commands." + cmdlet.replace("-", "")
        _, after = self.applied(name, state, apply_to(vm, *steps), want, done=step,
                                error=[step, "AccessDenied," + kind, "PermissionDenied"])
        called = [call.split(" ")[0] for call in after["calls"]]
        self.equal([one for one in called if one in CHANGING],
                   ["Set-VM", "Remove-VMGpuPartitionAdapter", "Add-VMGpuPartitionAdapter"][:step + 1])
        back = [BACK] + [{"do": "remove-adapter", "id": one["Id"]} for one in want["Adapters"]
                         if one != old]
        if old not in want["Adapters"]:
            back.append({"do": "add-adapter", "path": interface(FIRST)})
        undone = {**vm, "Adapters": [old if old in want["Adapters"] else
                                     adapter(vm, after["next"], interface(FIRST))]}
        after["calls"] = []
        after["fail"] = None
        self.applied(name + "_undone", after, apply_to(vm, *back), undone)

    def windows_10_chooses(self):
        vm = machine(1, "a")
        self.applied("chooses", host(vm, instancePath=False),
                     apply_to(vm, {"do": "add-adapter", "path": None}),
                     {**vm, "Adapters": [adapter(vm, 1, interface(FIRST))]},
                     modules=("hyperv10", "windows"))
        self.applied("cannot_choose", host(vm, instancePath=False),
                     apply_to(vm, {"do": "add-adapter", "path": interface(FIRST)}), vm, done=0,
                     error=[0, "NamedParameterNotFound,Microsoft.HyperV.PowerShell.Commands"
                               ".AddVMGpuPartitionAdapter", "InvalidArgument"],
                     modules=("hyperv10", "windows"))

    def extreme_numbers(self):
        vm = machine(1, "a")
        self.applied("extreme", host(vm), apply_to(vm, {
            "do": "set-vm", "highMmio": str(2**64 - 1), "lowMmio": str(2**32 - 1),
            "dynamicMemory": True}), {**vm, "HighMemoryMappedIoSpace": 2**64 - 1,
                                      "LowMemoryMappedIoSpace": 2**32 - 1,
                                      "DynamicMemoryEnabled": True})
        self.applied("beyond", host(vm), apply_to(vm, {"do": "set-vm", "highMmio": str(2**64)}), vm,
                     done=0, error=[0, "OverflowException", "NotSpecified"])
        self.applied("static", host({**vm, "DynamicMemoryEnabled": True}),
                     apply_to(vm, {"do": "set-vm", "dynamicMemory": False}), vm)

    def one_that_is_not_off(self, status):
        vm = machine(1, "a", State=status)
        calls, _ = self.applied("not_off_" + status, host(vm), apply_to(vm, OFF_SETTINGS), vm, done=0,
                                error=[0, "Gpuvirt.NotOff", "InvalidOperation"])
        self.equal([call for call in calls if call.split(" ")[0] in CHANGING], [])

    def hostile_texts(self):
        """Texts of a request are values, never commands."""
        vm = machine(1, "a")
        pwned = os.path.join(self.shell.scratch, "pwned")
        text = f"'; [IO.File]::WriteAllText('{pwned}', 'x') #\u2019; $(throw 1) `n \u4eee \U0001f600\n"
        for number, (step, id_) in enumerate((
                ({"do": "add-adapter", "path": text}, "Unknown.NoSuchGpu,Microsoft.HyperV.PowerShell"
                                                      ".Commands.AddVMGpuPartitionAdapter"),
                ({"do": "remove-adapter", "id": text}, "ObjectNotFound,Microsoft.HyperV.PowerShell"
                                                       ".Commands.RemoveVMGpuPartitionAdapter"))):
            calls, _ = self.applied(f"hostile_{number}", host(vm), apply_to(vm, step), vm, done=0,
                                    error=[0, id_, "ObjectNotFound"])
            assert any(text in call for call in calls), calls
        for number, step in enumerate(({"do": text}, {"do": "set-vm", text: 1}, {})):
            self.applied(f"hostile_do_{number}", host(vm), apply_to(vm, step), vm, done=0,
                         error=[0, "Gpuvirt.Request", "InvalidOperation"])
        assert not os.path.exists(pwned), "a text was run"

    def requests_that_cannot_be_carried_out(self):
        vm = machine(1, "a")
        for number, (request, id_) in enumerate((
                ({"version": 1, "vm": None, "steps": []}, "Gpuvirt.Request"),
                ({"version": 1, "vm": vm["Id"]}, "Gpuvirt.Request"),
                (apply_to(machine(9, "b"), OFF_SETTINGS), "InvalidParameter,Microsoft.HyperV.PowerShell"
                                                          ".Commands.GetVM"),
                ("{", "XmlException"), ("", "InvokeMethodOnNull"))):
            state = host(vm)
            answer, after = self.shell.run(f"cannot_{number}", "apply", request, state)
            self.unchanged(state, after)
            self.equal([answer["version"], answer["error"]["step"]], [1, None])
            self.equal(answer["error"]["id"], id_)

    def a_machine_by_its_name(self):
        """As a script for another host says it; all adapters go when none is named."""
        vm = machine(1, "v*", Adapters=[{"Id": "Microsoft:1\\1", "InstancePath": interface(FIRST)},
                                        {"Id": "Microsoft:1\\2", "InstancePath": None}])
        state = host(vm, machine(2, "va"), machine(3, "two"), machine(4, "two"))
        request = {"version": 1, "vm": {"name": "v*"}, "steps": [{"do": "remove-adapter", "id": None}]}
        self.applied("by_name", state, request, {**vm, "Adapters": []})
        for name, count in (("two", 2), ("V*", 0)):
            request["vm"] = {"name": name}
            answer, after = self.shell.run("by_name_" + name, "apply", request, state)
            self.unchanged(state, after)
            self.equal([answer["error"]["id"], answer["error"]["message"].split(" ")[0]],
                       ["Gpuvirt.NotOne", str(count)])

    def no_time_left(self):
        vm = machine(1, "a")
        state = host(vm)
        request = json.dumps(apply_to(vm, OFF_SETTINGS)).encode()
        text = self.shell.text_of("apply")
        out, err, after = self.shell.run_text("no_time", text, state, {
            "GPUVIRT_REQUEST": base64.b64encode(request).decode(), "GPUVIRT_SECONDS": "-1"})
        self.unchanged(state, after)
        self.equal([out.count('"done":0'), out.count('"Gpuvirt.Time"'), err], [1, 1, ""])

    # Where it runs.

    def another_host(self):
        state = host(machine(1, "a"))
        there = {"MOCK_REMOTE": "HOST'1"}
        answer = self.observe("remote", state, computer="HOST'1", settings=there)
        self.equal([answer["error"], answer["vms"]], [None, [show(state["vms"][0])]])
        answer = self.observe("remote_absent", state, computer="other", settings=there)
        self.equal([answer["error"]["id"], answer["error"]["step"]], ["ComputerNotFound", None])
        vm = state["vms"][0]
        self.applied("remote_apply", state, apply_to(vm, OFF_SETTINGS), {**vm, **ON},
                     computer="HOST'1", settings=there)

    def a_host_that_remoting_does_not_reach(self):
        answer = self.observe("unreachable", host(), computer="host")
        assert answer["error"]["id"] and answer["error"]["step"] is None, answer

    def constrained_language(self):
        said = self.observe("constrained", host(), settings={"MOCK_LANGUAGE_MODE": "ConstrainedLanguage"})
        assert "gave no answer (exit status 1): " in said and "language mode" in said, said

    def json_of_all_characters(self):
        """Every UTF-16 unit comes out as ASCII that JSON readers take, and is read back."""
        with open(os.path.join(self.source, "common.ps1"), encoding="ascii") as file:
            text = file.read()
        out, err, _ = self.shell.run_text("characters", text + """
            . $common
            $units = [char[]](0..65535)
            $texts = @([string]::new($units), "a$([char]0xd83d)b", "$([char]0xde00)", "$([char]0xd83d)$([char]0xde00)", '')
            [Console]::Out.Write((Format-Json @($texts, @(), @{}, @(@()), $true, $false, $null, 5, -1, @{ a = @(1) })))
            $part = [string]::new($units, 0, 1500) + $texts[3]
            $round = Read-Json ([Text.Encoding]::UTF8.GetBytes((Format-Json @{ t = $part; e = @(); n = $null; l = @(@{ b = $false }, '2020-01-01T00:00:00Z') })))
            $kept = $part.Replace([char]0, [char]0xfffd)
            [Console]::Out.Write("`n" + [string]::Equals($round.t, $kept) + $round.e.Count + ($null -eq $round.n) + $round.l.Count + $round.l[0].b + $round.l[1])
            """)
        self.equal(err, "")
        first, second = out.split("\n")
        assert first.isascii()
        units = [0xFFFD if one == 0 or 0xD800 <= one <= 0xDFFF and one not in (0xDBFF, 0xDC00) else one
                 for one in range(0x10000)]
        all_units = b"".join(one.to_bytes(2, "little") for one in units).decode("utf-16-le")
        texts = [all_units, "a\ufffdb", "\ufffd", "\U0001f600", ""]
        self.equal(json.loads(first), [texts, [], {}, [], True, False, None, 5, -1, {"a": [1]}])
        self.equal(second, "True0True2False2020-01-01T00:00:00Z")


def list_cases(cases):
    simple = ("windows_11", "windows_10", "a_module_without_gpus", "no_module",
              "nothing_known_of_the_host", "a_server", "one_who_may_not", "failing_queries",
              "no_adapters_told_as_an_error", "every_name", "two_of_one_name", "enable_disable_undo", "windows_10_chooses",
              "extreme_numbers", "hostile_texts", "requests_that_cannot_be_carried_out",
              "a_machine_by_its_name", "no_time_left", "another_host", "a_host_that_remoting_does_not_reach",
              "constrained_language", "json_of_all_characters")
    table = [(name, getattr(cases, name), ()) for name in simple]
    table += [("one_that_is_not_off", cases.one_that_is_not_off, (status,)) for status in
              ("Running", "Saved", "Paused", "FastSaved", "Starting", "OffCritical")]
    table += [("a_failure", cases.a_failure, (step, after)) for step in range(3)
              for after in (False, True)]
    table += [("one_name", cases.one_name, (number,)) for number in range(len(NAMES))
              if NAMES[number] in ASKED]
    return table


def run_case(case):
    name, function, arguments = case
    try:
        function(*arguments)
        return None
    except Exception as problem:  # told beside the others
        return f"{name}{arguments}: {type(problem).__name__}: {problem}"


def main(runner, scratch, source):
    cases = Cases(mocked.PowerShell(runner, scratch), source)
    table = list_cases(cases)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [problem for problem in pool.map(run_case, table) if problem is not None]
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(table) - len(problems)} passed, {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
