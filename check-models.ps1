# Which models are there, which are missing, and how to get them. Arguments go to `models status`.
$ErrorActionPreference = "Stop"
$bin = if ($IsLinux -or $IsMacOS) { ".venv/bin" } else { ".venv\Scripts" }
$models = Join-Path (Join-Path $PSScriptRoot $bin) "models"
if (-not (Get-Command $models -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine("error: there is no .venv yet")
    [Console]::Error.WriteLine("hint: ./scripts/bootstrap.ps1 makes it")
    exit 2
}
[Console]::Error.WriteLine("Checked  $(Get-Date -Format 'yyyy-MM-dd HH:mm:ss')")
& $models status --project $PSScriptRoot @args
exit $LASTEXITCODE
