# From a fresh clone to verified weights: makes .venv, installs the tool, syncs, verifies, shows the status.
# Needs Python 3.11 or newer and a package index. $env:PYTHON names another interpreter.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")

function Invoke-Checked {
    $command, $rest = $args
    & $command @rest
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
& $python -c "import sys; sys.exit(sys.version_info < (3, 11))"
if ($LASTEXITCODE -ne 0) {
    [Console]::Error.WriteLine("error: Python 3.11 or newer is needed; $python is not")
    [Console]::Error.WriteLine('hint: $env:PYTHON = "C:\path\to\python.exe"')
    exit 2
}

$bin = if ($IsLinux -or $IsMacOS) { ".venv/bin" } else { ".venv\Scripts" }
if (-not (Test-Path $bin)) { Invoke-Checked $python -m venv .venv }
Invoke-Checked "$bin/python" -m pip install --quiet --disable-pip-version-check --editable .

Invoke-Checked "$bin/models" sync --locked @args
Invoke-Checked "$bin/models" verify
Invoke-Checked "$bin/models" status
