@{
    RootModule = '../../../windows.dll'
    ModuleVersion = '7.0.0.0'
    CmdletsToExport = @('Get-PnpDevice', 'Get-PnpDeviceProperty', 'Get-Service', 'Get-ItemProperty')
}
