# Adds a folder to the user's PATH, or takes it out. Everything else in it stays as
# it is written, variables and all: an installer's own strings are too short for that.
param([Parameter(Mandatory)] [ValidateSet('add', 'remove')] [string] $Act, [Parameter(Mandatory)] [string] $Folder)
$ErrorActionPreference = 'Stop'
$key = [Microsoft.Win32.Registry]::CurrentUser.OpenSubKey('Environment', $true)
$now = [string] $key.GetValue('Path', '', 'DoNotExpandEnvironmentNames')
$others = @($now -split ';' | Where-Object { $_ -ne '' -and $_.TrimEnd('\') -ne $Folder.TrimEnd('\') })
if ($Act -eq 'add') { $others += $Folder }
$key.SetValue('Path', ($others -join ';'), 'ExpandString')
