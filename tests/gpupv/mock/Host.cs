// The mocked Windows host: a JSON file, named by MOCK_HOST, that each cmdlet reads, changes and
// writes back. What the real thing is taken to do, and how sure that is, stands at each cmdlet.
using System.Management.Automation;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Mock;

internal sealed class Host
{
    private static readonly string Path =
        Environment.GetEnvironmentVariable("MOCK_HOST") ?? throw new InvalidOperationException("MOCK_HOST is not set");

    private static readonly JsonSerializerOptions Format =
        new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject root = JsonNode.Parse(File.ReadAllBytes(Path))!.AsObject();

    public JsonArray Machines => root["vms"]!.AsArray();

    public JsonArray Gpus => root["gpus"]!.AsArray();

    public JsonArray Devices => root["devices"]!.AsArray();

    public JsonNode? this[string name] => root[name];

    public JsonObject? Registry(string key) => root["registry"]![key]?.AsObject();

    public JsonObject Machine(Guid id) =>
        Machines.First(machine => Guid.Parse(machine!["Id"]!.GetValue<string>()) == id)!.AsObject();

    public int NextNumber()
    {
        int number = root["next"]!.GetValue<int>();
        root["next"] = number + 1;
        return number;
    }

    // Notes the call; returns the failure that is to be put into it, if any.
    public JsonObject? Record(string call)
    {
        JsonArray calls = root["calls"]!.AsArray();
        calls.Add(call);
        string name = call.Split(' ')[0];
        JsonObject? fail = root["fail"]?.AsObject();
        if (fail is null || fail["cmdlet"]!.GetValue<string>() != name)
            return null;
        int count = calls.Count(one => one!.GetValue<string>().Split(' ')[0] == name);
        return count == fail["call"]!.GetValue<int>() ? fail : null;
    }

    public void Save() => File.WriteAllText(Path, root.ToJsonString(Format) + "\n");
}

// What all cmdlets of the mock share.
public abstract class MockCmdlet : PSCmdlet
{
    private protected Host State { get; private set; } = null!;

    // Text of the call for the record: the parameters in the order of their names.
    private string Describe()
    {
        var parameters = MyInvocation.BoundParameters
            .Where(pair => pair.Key is not ("Confirm" or "ErrorAction"))
            .OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => $"-{pair.Key} {Show(pair.Value)}");
        return string.Join(' ', parameters.Prepend(MyInvocation.MyCommand.Name));
    }

    private static string Show(object? value) => value switch
    {
        Array list => string.Join(',', list.Cast<object?>().Select(Show)),
        _ => value?.ToString() ?? "null",
    };

    protected override void ProcessRecord()
    {
        State = new Host();
        JsonObject? fail = State.Record(Describe());
        bool after = fail?["after"]?.GetValue<bool>() ?? false;
        try
        {
            if (fail is null || after)
                Run();
        }
        finally
        {
            State.Save(); // an error ends a script that asked for it
        }
        if (fail is not null)
            Fail(fail["id"]!.GetValue<string>(), Enum.Parse<ErrorCategory>(fail["category"]!.GetValue<string>()),
                 fail["message"]?.GetValue<string>() ?? "a failure was put in");
    }

    protected abstract void Run();

    // As the cmdlets of Hyper-V do: an error that does not end the script by itself, whose full id ends
    // with the name of the class.
    protected void Fail(string id, ErrorCategory category, string message) =>
        WriteError(new ErrorRecord(new InvalidOperationException(message), id, category, null));
}
