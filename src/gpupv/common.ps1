# What both scripts need, on the host that is asked: JSON, errors, virtual machines.
#
# A script is common.ps1, observe.ps1 or apply.ps1, and main.ps1, in this order. It must be valid in
# Windows PowerShell 5.1 and in PowerShell 7, pure ASCII, and no text of a request may ever become a
# part of it. Comments are lines of their own, no text spans lines (join.cmake drops both).
#
# Few cmdlets beside those of Hyper-V: ConvertFrom-Json makes dates of texts that look like one,
# ConvertTo-Json differs between versions, and what is done with .NET here runs in the tests too.
$common = {
	$ErrorActionPreference = 'Stop'
	$ProgressPreference = 'SilentlyContinue'
	$WarningPreference = 'SilentlyContinue'
	$ConfirmPreference = 'None'

	# A text as JSON in ASCII. Half a surrogate pair, and NUL, which are no text, become U+FFFD; < and
	# > are escaped so that no text looks like a mark of main.ps1.
	function Format-Text([string]$text) {
		$lone = '[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]|\x00'
		$text = [regex]::Replace($text, $lone, [string][char]0xfffd)
		$out = [Text.StringBuilder]::new('"')
		foreach ($char in $text.ToCharArray()) {
			$code = [int]$char
			if ($code -lt 32 -or $code -gt 126 -or '"\<>'.IndexOf($char) -ge 0) {
				[void]$out.AppendFormat('\u{0:x4}', $code)
			} else {
				[void]$out.Append($char)
			}
		}
		return $out.Append('"').ToString()
	}

	# A value as JSON: null, Boolean, number, text, hashtable, list.
	function Format-Json($value) {
		if ($null -eq $value) { return 'null' }
		if ($value -is [bool]) { return $value.ToString().ToLowerInvariant() }
		if ($value -is [int]) { return [string]$value }
		if ($value -is [Collections.IDictionary]) {
			$members = foreach ($name in $value.Keys) {
				(Format-Text $name) + ':' + (Format-Json $value[$name])
			}
			return '{' + ($members -join ',') + '}'
		}
		if ($value -is [array]) {
			$elements = foreach ($element in $value) { Format-Json $element }
			return '[' + ($elements -join ',') + ']'
		}
		return Format-Text $value
	}

	# The value of an element that the JSON reader of .NET made: numbers stay texts.
	function Read-Element($element) {
		$type = $element.GetAttribute('type')
		if ($type -eq 'null') { return $null }
		if ($type -eq 'boolean') { return $element.InnerText -eq 'true' }
		if ($type -eq 'array') {
			$list = @(foreach ($child in $element.ChildNodes) { Read-Element $child })
			return , $list
		}
		if ($type -ne 'object') { return $element.InnerText }
		$map = @{}
		foreach ($child in $element.ChildNodes) { $map[$child.LocalName] = Read-Element $child }
		return $map
	}

	function Read-Json([byte[]]$bytes) {
		# Loaded already in PowerShell 7.
		[void][Reflection.Assembly]::Load('System.Runtime.Serialization, Version=4.0.0.0, ' +
			'Culture=neutral, PublicKeyToken=b77a5c561934e089')
		$quotas = [Xml.XmlDictionaryReaderQuotas]::Max
		$factory = [Runtime.Serialization.Json.JsonReaderWriterFactory]
		$reader = $factory::CreateJsonReader($bytes, $quotas)
		$document = [Xml.XmlDocument]::new()
		$document.PreserveWhitespace = $true
		$document.Load($reader)
		return Read-Element $document.DocumentElement
	}

	# Ends in an error of our own. (That of a thrown exception has its message for an id.)
	function Stop-Script($id, $message) {
		$exception = [InvalidOperationException]::new($message)
		throw [Management.Automation.ErrorRecord]::new($exception, $id, 'InvalidOperation', $null)
	}

	# What went wrong; programs go by the id, messages are in the language of Windows.
	function Format-Failure($record, $step) {
		$message = $record.Exception.Message
		return [ordered]@{
			step = $step
			id = $record.FullyQualifiedErrorId
			category = $record.CategoryInfo.Category.ToString()
			hresult = '0x{0:X8}' -f $record.Exception.GetBaseException().HResult
			message = $message.Substring(0, [Math]::Min($message.Length, 2000))
		}
	}

	# A value that a version of Windows may lack, as text; null when it does.
	function Format-Value($value) {
		if ($null -eq $value) { return $null }
		return $value.ToString()
	}

	function Get-Adapters($vm) {
		$adapters = @()
		try {
			$adapters = @(Hyper-V\Get-VMGpuPartitionAdapter -VM $vm)
		} catch {
			# What this cmdlet does without any is not known; others fail so.
			if ($_.CategoryInfo.Category -ne 'ObjectNotFound') { throw }
		}
		$list = foreach ($adapter in $adapters) {
			[ordered]@{ id = Format-Value $adapter.Id; path = Format-Value $adapter.InstancePath }
		}
		return , @($list)
	}

	# 64-bit numbers are texts: a double, which JSON readers like to use, does not hold them.
	function Format-Machine($vm) {
		$list = Get-Command Hyper-V\Get-VMGpuPartitionAdapter -ErrorAction SilentlyContinue
		$machine = [ordered]@{
			id = $vm.Id.ToString()
			name = $vm.Name
			state = $vm.State.ToString()
			generation = $vm.Generation
			version = $vm.Version
			checkpoints = @(Hyper-V\Get-VMSnapshot -VM $vm).Count
			cacheTypes = $vm.GuestControlledCacheTypes
			lowMmio = Format-Value $vm.LowMemoryMappedIoSpace
			highMmio = Format-Value $vm.HighMemoryMappedIoSpace
			checkpointType = Format-Value $vm.CheckpointType
			automaticCheckpoints = $vm.AutomaticCheckpointsEnabled
			stopAction = Format-Value $vm.AutomaticStopAction
			dynamicMemory = $vm.DynamicMemoryEnabled
			adapters = $null
		}
		if ($null -ne $list) { $machine.adapters = Get-Adapters $vm }
		return $machine
	}

	# Byte for byte: -Name takes wildcards, and -ceq passes over characters that are not seen.
	function Test-Wanted($vm, $wanted) {
		if ($null -eq $wanted) { return $true }
		if ($null -ne $wanted.id) { return $vm.Id -eq [guid]$wanted.id }
		return [string]::Equals($vm.Name, $wanted.name, [StringComparison]::Ordinal)
	}

	# The machines that are wanted, all when that is null, as Hyper-V gives them.
	function Find-Machines($wanted) {
		return , @(foreach ($vm in @(Hyper-V\Get-VM)) { if (Test-Wanted $vm $wanted) { $vm } })
	}
}
