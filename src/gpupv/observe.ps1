# The host, its GPUs and its virtual machines. Changes nothing. What cannot be read is null; the
# first error is told beside what could be read.
$body = {
	$request = Read-Json $bytes
	$answer = [ordered]@{ version = 1; error = $null; host = $null; gpus = $null; vms = $null }

	# The first failure is told, the others are most often its children.
	function Add-Failure($record) {
		if ($null -eq $answer.error) { $answer.error = Format-Failure $record $null }
	}

	# A value of the registry; null when it is not there.
	function Get-Setting($key, $name) {
		$values = Get-ItemProperty -LiteralPath "HKLM:\$key" -ErrorAction SilentlyContinue
		if ($null -eq $values) { return $null }
		return $values.$name
	}

	# Whether this process acts for a group; null where nobody can tell.
	function Test-Group($sid) {
		try {
			$identity = [Security.Principal.WindowsIdentity]::GetCurrent()
			$principal = [Security.Principal.WindowsPrincipal]::new($identity)
			return $principal.IsInRole([Security.Principal.SecurityIdentifier]::new($sid))
		} catch {
			return $null
		}
	}

	# Names and parameters differ between builds: what is there is asked for, not the build.
	function Get-Features {
		$features = @{ module = $true; list = $null; instancePath = $null }
		try {
			Import-Module Hyper-V
		} catch {
			if ($_.FullyQualifiedErrorId -notlike 'Modules_ModuleNotFound,*') { Add-Failure $_ }
			$features.module = $false
			return $features
		}
		foreach ($name in 'Get-VMHostPartitionableGpu', 'Get-VMPartitionableGpu') {
			$command = Get-Command "Hyper-V\$name" -ErrorAction SilentlyContinue
			if ($null -eq $features.list -and $null -ne $command) { $features.list = $name }
		}
		$add = Get-Command Hyper-V\Add-VMGpuPartitionAdapter -ErrorAction SilentlyContinue
		if ($null -ne $add) { $features.instancePath = $add.Parameters.ContainsKey('InstancePath') }
		return $features
	}

	# The service of Hyper-V: its status, or NotFound.
	function Get-VmmsStatus {
		try {
			return (Get-Service -Name vmms).Status.ToString()
		} catch {
			if ($_.FullyQualifiedErrorId -like 'NoServiceFoundForGivenName,*') { return 'NotFound' }
			return $null
		}
	}

	# The width of physical addresses is in no cmdlet: CPUID tells it, to machine code alone.
	function Get-HostFacts($features) {
		$version = 'SOFTWARE\Microsoft\Windows NT\CurrentVersion'
		$policy = 'SOFTWARE\Policies\Microsoft\Windows\HyperV'
		$build = Get-Setting $version 'CurrentBuild'
		$type = Get-Setting $version 'InstallationType'
		$server = $null
		if ($null -ne $build) { $build = [int]$build }
		if ($null -ne $type) { $server = $type -like 'Server*' }
		return [ordered]@{
			computer = [Environment]::MachineName
			build = $build
			server = $server
			edition = Get-Setting $version 'EditionID'
			powershell = $PSVersionTable.PSVersion.ToString()
			elevated = Test-Group 'S-1-5-32-544'
			hypervAdministrator = Test-Group 'S-1-5-32-578'
			module = $features.module
			vmms = Get-VmmsStatus
			listCommand = $features.list
			instancePath = $features.instancePath
			addressBits = $null
			requireSecureDeviceAssignment = Get-Setting $policy 'RequireSecureDeviceAssignment'
			requireSupportedDeviceAssignment = Get-Setting $policy 'RequireSupportedDeviceAssignment'
		}
	}

	# \\?\PCI#VEN...#4&38ab2860&0&0008#{GUID}\GPUPARAV is an interface of PCI\VEN...\4&38ab2860&0&0008.
	function Get-InstanceId([string]$path) {
		$end = $path.LastIndexOf('#{')
		if (-not $path.StartsWith('\\?\') -or $end -lt 4) { return $null }
		return $path.Substring(4, $end - 4).Replace('#', '\')
	}

	# The partition's GPU as Plug and Play knows it; an NPU is partitionable too, so the class counts.
	function Format-Gpu($gpu, $devices) {
		$id = Get-InstanceId $gpu.Name
		$device = $null
		$driver = $null
		foreach ($one in $devices) {
			if ($null -ne $id -and $one.InstanceId -eq $id) { $device = $one }
		}
		if ($null -ne $device) {
			$key = 'DEVPKEY_Device_DriverVersion'
			$id = $device.InstanceId
			$property = Get-PnpDeviceProperty -InstanceId $id -KeyName $key -ErrorAction SilentlyContinue
			if ($null -ne $property) { $driver = Format-Value $property.Data }
		}
		return [ordered]@{
			path = $gpu.Name
			name = Format-Value $device.FriendlyName
			instanceId = $id
			class = Format-Value $device.Class
			status = Format-Value $device.Status
			driver = $driver
			partitionCount = Format-Count $gpu.PartitionCount
			validPartitionCounts = @(foreach ($count in $gpu.ValidPartitionCounts) { [int]$count })
		}
	}

	function Format-Count($count) {
		if ($null -eq $count) { return $null }
		return [int]$count
	}

	function Get-Gpus($list) {
		$devices = @()
		try { $devices = @(Get-PnpDevice -PresentOnly) } catch { Add-Failure $_ }
		if ($list -eq 'Get-VMHostPartitionableGpu') { $gpus = @(Hyper-V\Get-VMHostPartitionableGpu) }
		else { $gpus = @(Hyper-V\Get-VMPartitionableGpu) }
		return , @(foreach ($gpu in $gpus) { Format-Gpu $gpu $devices })
	}

	$features = Get-Features
	$answer.host = Get-HostFacts $features
	try {
		if ($null -ne $features.list) { $answer.gpus = Get-Gpus $features.list }
	} catch { Add-Failure $_ }
	try {
		if ($features.module) {
			$answer.vms = @(foreach ($vm in (Find-Machines $request.vm)) { Format-Machine $vm })
		}
	} catch { Add-Failure $_ }
	return $answer
}
