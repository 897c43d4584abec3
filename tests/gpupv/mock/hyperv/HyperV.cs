// The cmdlets of the module Hyper-V that the scripts use: parameters, types, sets and names of
// classes as in the module (-CimSession, -Credential, -AsJob and the like aside).
using System.Management.Automation;
using System.Text.Json.Nodes;
using Mock;

namespace Microsoft.HyperV.PowerShell
{
    public enum VMState { Other = 1, Running = 2, Off = 3, Stopping = 4, Saved = 6, Paused = 9, Starting = 10, FastSaved = 32779, OffCritical = 32786 }

    public enum CheckpointType { Disabled = 2, Production = 3, ProductionOnly = 4, Standard = 5 }

    public enum StopAction { TurnOff = 2, Save = 3, ShutDown = 4 }

    public sealed class VirtualMachine
    {
        internal VirtualMachine(JsonNode data)
        {
            Id = Guid.Parse(data["Id"]!.GetValue<string>());
            Name = data["Name"]!.GetValue<string>();
            State = Enum.Parse<VMState>(data["State"]!.GetValue<string>());
            Generation = data["Generation"]!.GetValue<int>();
            Version = data["Version"]!.GetValue<string>();
            GuestControlledCacheTypes = data["GuestControlledCacheTypes"]!.GetValue<bool>();
            LowMemoryMappedIoSpace = data["LowMemoryMappedIoSpace"]!.GetValue<uint>();
            HighMemoryMappedIoSpace = data["HighMemoryMappedIoSpace"]!.GetValue<ulong>();
            CheckpointType = Enum.Parse<CheckpointType>(data["CheckpointType"]!.GetValue<string>());
            AutomaticCheckpointsEnabled = data["AutomaticCheckpointsEnabled"]!.GetValue<bool>();
            AutomaticStopAction = Enum.Parse<StopAction>(data["AutomaticStopAction"]!.GetValue<string>());
            DynamicMemoryEnabled = data["DynamicMemoryEnabled"]!.GetValue<bool>();
        }

        public Guid Id { get; }
        public string Name { get; }
        public VMState State { get; }
        public int Generation { get; }
        public string Version { get; }
        public bool GuestControlledCacheTypes { get; }
        public uint LowMemoryMappedIoSpace { get; }
        public ulong HighMemoryMappedIoSpace { get; }
        public CheckpointType CheckpointType { get; }
        public bool AutomaticCheckpointsEnabled { get; }
        public StopAction AutomaticStopAction { get; }
        public bool DynamicMemoryEnabled { get; }

        public override string ToString() => Id.ToString();
    }

    public sealed record VMSnapshot(string Name);

    public sealed record VMGpuPartitionAdapter(string Id, string? InstancePath);

    public sealed record VMHostPartitionableGpu(string Name, ushort PartitionCount, ushort[] ValidPartitionCounts);
}

namespace Microsoft.HyperV.PowerShell.Commands
{
    [Cmdlet(VerbsCommon.Get, "VM", DefaultParameterSetName = "Name")]
    public sealed class GetVM : MockCmdlet
    {
        [Parameter(ParameterSetName = "Name", Position = 0)]
        public string[]? Name { get; set; }

        [Parameter(ParameterSetName = "Id", Position = 0, Mandatory = true)]
        public Guid? Id { get; set; }

        [Parameter(ParameterSetName = "Name")]
        [Parameter(ParameterSetName = "Id")]
        public string[]? ComputerName { get; set; }

        private bool IsWanted(VirtualMachine machine) => Id is Guid id
            ? machine.Id == id
            : Name is null || Name.Any(name => WildcardPattern.Get(name, WildcardOptions.IgnoreCase).IsMatch(machine.Name));

        protected override void Run()
        {
            // Seen with a user who may not (minikube, issue 6732).
            if (State["denied"]?.GetValue<bool>() ?? false)
            {
                Fail("Unspecified", ErrorCategory.NotSpecified,
                     "You do not have the required permission to complete this task.");
                return;
            }
            VirtualMachine[] found = [.. State.Machines.Select(data => new VirtualMachine(data!)).Where(IsWanted)];
            WriteObject(found, true);
            // The id for -Name; that for -Id is not known and taken to be the same.
            if (found.Length == 0 && (Id is not null || Name is not null))
                Fail("InvalidParameter", ErrorCategory.InvalidArgument,
                     "Hyper-V was unable to find a virtual machine.");
        }
    }

    [Cmdlet(VerbsCommon.Get, "VMSnapshot", DefaultParameterSetName = "VMName")]
    public sealed class GetVMSnapshot : MockCmdlet
    {
        [Parameter(ParameterSetName = "VMName", Position = 0, Mandatory = true)]
        public string[]? VMName { get; set; }

        [Parameter(ParameterSetName = "VMObject", Position = 0, Mandatory = true)]
        public VirtualMachine[] VM { get; set; } = [];

        protected override void Run()
        {
            foreach (VirtualMachine machine in VM)
                for (int i = State.Machine(machine.Id)["Checkpoints"]!.GetValue<int>(); i > 0; i--)
                    WriteObject(new VMSnapshot($"checkpoint {i}"));
        }
    }

    [Cmdlet(VerbsCommon.Set, "VM", DefaultParameterSetName = "Name", SupportsShouldProcess = true)]
    public sealed class SetVM : MockCmdlet
    {
        [Parameter(ParameterSetName = "Name", Position = 0, Mandatory = true)]
        public string[]? Name { get; set; }

        [Parameter(ParameterSetName = "Name")]
        public string[]? ComputerName { get; set; }

        [Parameter(ParameterSetName = "VMObject", Position = 0, Mandatory = true)]
        public VirtualMachine[] VM { get; set; } = [];

        [Parameter]
        public bool GuestControlledCacheTypes { get; set; }

        [Parameter]
        public uint LowMemoryMappedIoSpace { get; set; }

        [Parameter]
        public ulong HighMemoryMappedIoSpace { get; set; }

        [Parameter]
        public StopAction AutomaticStopAction { get; set; }

        [Parameter]
        public CheckpointType CheckpointType { get; set; }

        [Parameter]
        public bool AutomaticCheckpointsEnabled { get; set; }

        [Parameter]
        public SwitchParameter DynamicMemory { get; set; }

        [Parameter]
        public SwitchParameter StaticMemory { get; set; }

        [Parameter]
        public SwitchParameter Passthru { get; set; }

        private void Change(JsonObject machine, string name, JsonNode value)
        {
            if (MyInvocation.BoundParameters.ContainsKey(name))
                machine[name] = value;
        }

        protected override void Run()
        {
            foreach (VirtualMachine one in VM)
            {
                JsonObject machine = State.Machine(one.Id);
                // MMIO space and cache types need a machine that is off; the id is not known.
                if (machine["State"]!.GetValue<string>() != "Off")
                {
                    Fail("Unknown.NotOff", ErrorCategory.InvalidOperation, "The operation needs a virtual machine that is off.");
                    continue;
                }
                Change(machine, nameof(GuestControlledCacheTypes), GuestControlledCacheTypes);
                Change(machine, nameof(LowMemoryMappedIoSpace), LowMemoryMappedIoSpace);
                Change(machine, nameof(HighMemoryMappedIoSpace), HighMemoryMappedIoSpace);
                Change(machine, nameof(AutomaticStopAction), AutomaticStopAction.ToString());
                Change(machine, nameof(CheckpointType), CheckpointType.ToString());
                Change(machine, nameof(AutomaticCheckpointsEnabled), AutomaticCheckpointsEnabled);
                if (DynamicMemory || StaticMemory)
                    machine["DynamicMemoryEnabled"] = DynamicMemory.IsPresent;
            }
        }
    }

    // What the three cmdlets for adapters share.
    public abstract class AdapterCmdlet : MockCmdlet
    {
        [Parameter(ParameterSetName = "VMName", Position = 0, Mandatory = true)]
        public string[]? VMName { get; set; }

        [Parameter(ParameterSetName = "VMName")]
        public string[]? ComputerName { get; set; }

        [Parameter(ParameterSetName = "VMObject", Position = 0, Mandatory = true)]
        public VirtualMachine[] VM { get; set; } = [];

        protected override void Run()
        {
            foreach (VirtualMachine one in VM)
                RunOn(State.Machine(one.Id));
        }

        private protected abstract void RunOn(JsonObject machine);

        // Whether adapters can change while a machine runs is disputed; the id is not known.
        private protected bool IsOff(JsonObject machine)
        {
            bool off = machine["State"]!.GetValue<string>() == "Off";
            if (!off)
                Fail("Unknown.NotOff", ErrorCategory.InvalidOperation, "The virtual machine must be off.");
            return off;
        }
    }

    [Cmdlet(VerbsCommon.Get, "VMGpuPartitionAdapter", DefaultParameterSetName = "VMName")]
    public sealed class GetVMGpuPartitionAdapter : AdapterCmdlet
    {
        [Parameter]
        public string? AdapterId { get; set; }

        private protected override void RunOn(JsonObject machine)
        {
            foreach (JsonNode? adapter in machine["Adapters"]!.AsArray())
                WriteObject(new VMGpuPartitionAdapter(adapter!["Id"]!.GetValue<string>(), adapter["InstancePath"]?.GetValue<string>()));
        }
    }

    // -InstancePath is not there on Windows 10; as a dynamic parameter one class serves both.
    [Cmdlet(VerbsCommon.Add, "VMGpuPartitionAdapter", DefaultParameterSetName = "VMName", SupportsShouldProcess = true)]
    public sealed class AddVMGpuPartitionAdapter : AdapterCmdlet, IDynamicParameters
    {
        [Parameter]
        public SwitchParameter Passthru { get; set; }

        [Parameter]
        public ulong MinPartitionVRAM { get; set; }

        [Parameter]
        public ulong MaxPartitionVRAM { get; set; }

        [Parameter]
        public ulong OptimalPartitionVRAM { get; set; }

        public object GetDynamicParameters()
        {
            var parameters = new RuntimeDefinedParameterDictionary();
            if (new Host()["instancePath"]!.GetValue<bool>())
                parameters.Add("InstancePath", new RuntimeDefinedParameter("InstancePath", typeof(string), [new ParameterAttribute()]));
            return parameters;
        }

        private protected override void RunOn(JsonObject machine)
        {
            if (!IsOff(machine))
                return;
            // Without a path Windows chooses; here it takes the first.
            string? path = MyInvocation.BoundParameters.TryGetValue("InstancePath", out object? given)
                ? (string)given : State.Gpus.FirstOrDefault()?["Name"]!.GetValue<string>();
            JsonNode? gpu = State.Gpus.FirstOrDefault(one => one!["Name"]!.GetValue<string>() == path);
            if (gpu is null)
            {
                Fail("Unknown.NoSuchGpu", ErrorCategory.ObjectNotFound, "There is no such partitionable GPU."); // the id is not known
                return;
            }
            string id = $"Microsoft:{machine["Id"]}\\{State.NextNumber():D12}";
            machine["Adapters"]!.AsArray().Add(new JsonObject { ["Id"] = id, ["InstancePath"] = path });
        }
    }

    [Cmdlet(VerbsCommon.Remove, "VMGpuPartitionAdapter", DefaultParameterSetName = "VMName", SupportsShouldProcess = true)]
    public sealed class RemoveVMGpuPartitionAdapter : AdapterCmdlet
    {
        [Parameter]
        public string? AdapterId { get; set; }

        [Parameter]
        public SwitchParameter Passthru { get; set; }

        private protected override void RunOn(JsonObject machine)
        {
            if (!IsOff(machine))
                return;
            JsonArray adapters = machine["Adapters"]!.AsArray();
            JsonNode?[] gone = [.. adapters.Where(one => AdapterId is null || one!["Id"]!.GetValue<string>() == AdapterId)];
            foreach (JsonNode? adapter in gone)
                adapters.Remove(adapter);
            // Seen of Set-VMGpuPartitionAdapter (Easy-GPU-PV, issue 449).
            if (gone.Length == 0)
                Fail("ObjectNotFound", ErrorCategory.ObjectNotFound, "Unable to find a Gpu partition adapter matching the given criteria.");
        }
    }

    public abstract class ListGpus : MockCmdlet
    {
        [Parameter]
        public string[]? ComputerName { get; set; }

        [Parameter]
        public string? Name { get; set; }

        protected override void Run()
        {
            foreach (JsonNode? gpu in State.Gpus)
                WriteObject(new VMHostPartitionableGpu(
                    gpu!["Name"]!.GetValue<string>(), gpu["PartitionCount"]!.GetValue<ushort>(),
                    [.. gpu["ValidPartitionCounts"]!.AsArray().Select(count => count!.GetValue<ushort>())]));
        }
    }

    [Cmdlet(VerbsCommon.Get, "VMHostPartitionableGpu")]
    public sealed class GetVMHostPartitionableGpu : ListGpus;

    // Windows 11 still has it, and warns (Easy-GPU-PV, issue 224).
    [Cmdlet(VerbsCommon.Get, "VMPartitionableGpu")]
    public sealed class GetVMPartitionableGpu : ListGpus
    {
        protected override void Run()
        {
            if (State["instancePath"]!.GetValue<bool>())
                WriteWarning("Get-VMPartitionableGpu has been deprecated.");
            base.Run();
        }
    }
}
