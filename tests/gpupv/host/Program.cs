// A small host of PowerShell 7: its engine is the package System.Management.Automation. It takes the
// arguments that gpuvirt gives, and knows the commands of Microsoft.PowerShell.Core; those of Windows
// that the scripts use are mocks, in modules that the engine finds by PSModulePath.
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Text;

string[] expected = ["-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand"];
if (args.Length != 5 || !expected.SequenceEqual(args[..4]))
{
    Console.Error.WriteLine("not the arguments of gpuvirt: " + string.Join(' ', args));
    return 64;
}
string script = Encoding.Unicode.GetString(Convert.FromBase64String(args[4]));
if (Environment.GetEnvironmentVariable("MOCK_LANGUAGE_MODE") is string mode)
    script = "$ExecutionContext.SessionState.LanguageMode = '" + mode + "'\n" + script;

var session = InitialSessionState.CreateDefault2();
if (Environment.GetEnvironmentVariable("MOCK_REMOTE") is not null)
    session.Commands.Add(new SessionStateFunctionEntry("Invoke-Command", """
        param([string[]]$ComputerName, [scriptblock]$ScriptBlock, [object[]]$ArgumentList)
        if ($ComputerName -cne $env:MOCK_REMOTE) {
            $exception = [InvalidOperationException]::new("no such computer: $ComputerName")
            throw [Management.Automation.ErrorRecord]::new($exception, 'ComputerNotFound', 'ResourceUnavailable', $null)
        }
        # Another session: nothing of this one is there.
        $other = [powershell]::Create([initialsessionstate]::CreateDefault2())
        [void]$other.AddScript($ScriptBlock.ToString())
        foreach ($argument in $ArgumentList) { [void]$other.AddArgument($argument) }
        $other.Invoke()
        """));
using var runspace = RunspaceFactory.CreateRunspace(session);
runspace.Open();
using var shell = PowerShell.Create(runspace);
shell.AddScript(script);
shell.Streams.Error.DataAdded += (sender, added) =>
    Console.Error.WriteLine(((PSDataCollection<ErrorRecord>)sender!)[added.Index]);
try
{
    foreach (PSObject output in shell.Invoke())
        Console.WriteLine(output);
}
catch (RuntimeException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
return 0;
