@{
    RootModule = '../../../hyperv.dll'
    ModuleVersion = '2.0.0.0'
    CmdletsToExport = @('Get-VM', 'Get-VMSnapshot', 'Set-VM')
}
