// What the scripts use of Windows beside Hyper-V: Plug and Play, services, the registry.
using System.Management.Automation;
using System.Text.Json.Nodes;

namespace Mock;

public sealed record PnpDevice(string InstanceId, string? FriendlyName, string Class, string Status);

[Cmdlet(VerbsCommon.Get, "PnpDevice")]
public sealed class GetPnpDevice : MockCmdlet
{
    [Parameter]
    public SwitchParameter PresentOnly { get; set; }

    protected override void Run()
    {
        foreach (JsonNode? device in State.Devices)
            WriteObject(new PnpDevice(device!["InstanceId"]!.GetValue<string>(), device["FriendlyName"]?.GetValue<string>(),
                                      device["Class"]!.GetValue<string>(), device["Status"]!.GetValue<string>()));
    }
}

public sealed record PnpProperty(string KeyName, object? Data);

[Cmdlet(VerbsCommon.Get, "PnpDeviceProperty")]
public sealed class GetPnpDeviceProperty : MockCmdlet
{
    [Parameter(Mandatory = true)]
    public string[] InstanceId { get; set; } = [];

    [Parameter]
    public string[] KeyName { get; set; } = [];

    protected override void Run()
    {
        foreach (JsonNode? device in State.Devices)
            if (InstanceId.Contains(device!["InstanceId"]!.GetValue<string>()) && KeyName.Contains("DEVPKEY_Device_DriverVersion"))
                WriteObject(new PnpProperty("DEVPKEY_Device_DriverVersion", device["Driver"]?.GetValue<string>()));
    }
}

public enum ServiceStatus { Stopped = 1, StartPending = 2, Running = 4 }

public sealed record Service(string Name, ServiceStatus Status);

[Cmdlet(VerbsCommon.Get, "Service")]
public sealed class GetServiceCommand : MockCmdlet
{
    [Parameter(Position = 0)]
    public string[] Name { get; set; } = [];

    protected override void Run()
    {
        if (State["vmms"]?.GetValue<string>() is string status)
            WriteObject(new Service("vmms", Enum.Parse<ServiceStatus>(status)));
        else
            Fail("NoServiceFoundForGivenName", ErrorCategory.ObjectNotFound, "Cannot find any service with service name 'vmms'.");
    }
}

[Cmdlet(VerbsCommon.Get, "ItemProperty")]
public sealed class GetItemProperty : MockCmdlet
{
    [Parameter(Mandatory = true)]
    public string LiteralPath { get; set; } = "";

    protected override void Run()
    {
        JsonObject? key = State.Registry(LiteralPath.Replace("HKLM:\\", ""));
        if (key is null)
        {
            Fail("PathNotFound", ErrorCategory.ObjectNotFound, $"Cannot find path '{LiteralPath}'.");
            return;
        }
        var values = new PSObject();
        foreach ((string name, JsonNode? value) in key)
            values.Properties.Add(new PSNoteProperty(name, value!.GetValueKind() == System.Text.Json.JsonValueKind.Number
                                                               ? value.GetValue<int>() : value.GetValue<string>()));
        WriteObject(values);
    }
}
