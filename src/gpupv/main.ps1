# Runs $body with the request, here or on another host, and prints its answer. The other host gets
# the same script: cmdlets that take a virtual machine know no -ComputerName.
try {
	. $common
	$run = [scriptblock]::Create('param([byte[]]$bytes, [string]$seconds)' + $common.ToString() +
		'$body = {' + $body.ToString() + "}`nFormat-Json (& `$body)")
	$bytes = [Convert]::FromBase64String($env:GPUVIRT_REQUEST)
	$name = [Convert]::FromBase64String([string]$env:GPUVIRT_COMPUTER)
	$computer = [Text.Encoding]::UTF8.GetString($name)
	$with = @($bytes, $env:GPUVIRT_SECONDS)
	if ($computer -eq '') {
		$answer = & $run @with
	} else {
		$answer = Invoke-Command -ComputerName $computer -ScriptBlock $run -ArgumentList $with
	}
	$answer = [string]@($answer)[-1]
} catch {
	$answer = '{"version":1,"error":' + (Format-Json (Format-Failure $_ $null)) + '}'
}
[Console]::Out.Write("`n<<<gpuvirt:$answer" + ":gpuvirt>>>`n")
exit 0
