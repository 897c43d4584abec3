# Steps on one virtual machine, in order, up to the first that fails; then what the machine is.
$body = {
	$end = [DateTime]::UtcNow.AddSeconds([int]$seconds)
	$request = Read-Json $bytes
	if (-not ($request.steps -is [array])) { Stop-Script 'Gpuvirt.Request' 'There are no steps.' }
	Import-Module Hyper-V

	# The GUID of the machine, which is named by it, or by a name that must be the only one.
	function Find-Id($wanted) {
		if ($wanted -is [string]) { return [guid]$wanted }
		if ($null -eq $wanted.name) { Stop-Script 'Gpuvirt.Request' 'No machine is named.' }
		$found = Find-Machines $wanted
		if ($found.Count -ne 1) {
			Stop-Script 'Gpuvirt.NotOne' "$($found.Count) virtual machines have this name."
		}
		return $found[0].Id
	}

	function Get-Machine { return Hyper-V\Get-VM -Id $id }

	# The parameters of Set-VM for the members of a step. Parse is exact up to 2^64 - 1.
	function Get-Settings($step) {
		$settings = @{}
		foreach ($name in $step.Keys) {
			$value = $step[$name]
			switch ($name) {
				'do' { break }
				'cacheTypes' { $settings.GuestControlledCacheTypes = [bool]$value; break }
				'lowMmio' { $settings.LowMemoryMappedIoSpace = [uint32]::Parse($value); break }
				'highMmio' { $settings.HighMemoryMappedIoSpace = [uint64]::Parse($value); break }
				'checkpointType' { $settings.CheckpointType = $value; break }
				'automaticCheckpoints' { $settings.AutomaticCheckpointsEnabled = [bool]$value; break }
				'stopAction' { $settings.AutomaticStopAction = $value; break }
				'dynamicMemory' {
					if ($value) { $settings.DynamicMemory = $true } else { $settings.StaticMemory = $true }
					break
				}
				default { Stop-Script 'Gpuvirt.Request' "A setting is not known: $name" }
			}
		}
		return $settings
	}

	function Add-Adapter($vm, $path) {
		if ($null -eq $path) {
			Hyper-V\Add-VMGpuPartitionAdapter -VM $vm -Confirm:$false
		} else {
			Hyper-V\Add-VMGpuPartitionAdapter -VM $vm -InstancePath $path -Confirm:$false
		}
	}

	# One adapter, or all of them when no id is given.
	function Remove-Adapters($vm, $id) {
		$ids = @($id)
		if ($null -eq $id) {
			$ids = @(foreach ($one in @(Hyper-V\Get-VMGpuPartitionAdapter -VM $vm)) { $one.Id })
		}
		foreach ($one in $ids) {
			Hyper-V\Remove-VMGpuPartitionAdapter -VM $vm -AdapterId $one -Confirm:$false
		}
	}

	function Invoke-Step($step) {
		if ([DateTime]::UtcNow -gt $end) {
			Stop-Script 'Gpuvirt.Time' 'The time for this run is over; this step was not begun.'
		}
		$vm = Get-Machine
		if ($vm.State.ToString() -ne 'Off') {
			Stop-Script 'Gpuvirt.NotOff' 'The virtual machine is not off.'
		}
		switch ($step.do) {
			'set-vm' {
				$settings = Get-Settings $step
				Hyper-V\Set-VM -VM $vm @settings -Confirm:$false
				break
			}
			'remove-adapter' { Remove-Adapters $vm $step.id; break }
			'add-adapter' { Add-Adapter $vm $step.path; break }
			default { Stop-Script 'Gpuvirt.Request' "A step is not known: $($step.do)" }
		}
	}

	$id = Find-Id $request.vm
	[void](Get-Machine)
	$answer = [ordered]@{ version = 1; done = 0; error = $null; vm = $null }
	try {
		foreach ($step in $request.steps) {
			[void]@(Invoke-Step $step)
			$answer.done++
		}
	} catch {
		$answer.error = Format-Failure $_ $answer.done
	}
	try {
		$answer.vm = Format-Machine (Get-Machine)
	} catch {
		if ($null -eq $answer.error) { $answer.error = Format-Failure $_ $null }
	}
	return $answer
}
