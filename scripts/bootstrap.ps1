# From a fresh clone to verified weights: makes .venv, installs the tool, syncs, verifies, shows the status.
#
#   -Project DIR  the project whose models are meant (default: this clone)
#   -Hook         for the bootstrap of a pipeline: what fails is said, and the exit code is 0 all the same
#   -Strict       optional models count too; with -Hook, a failure ends with its exit code
#
# Everything else goes to `models sync` (--max-workers 5, --only asr, --offline …).
# Needs Python 3.11 or newer and a package index. $env:PYTHON names another interpreter.
param(
    [string]$Project = (Join-Path $PSScriptRoot ".."),
    [switch]$Hook,
    [switch]$Strict,
    [Parameter(ValueFromRemainingArguments)][string[]]$Rest = @()
)
$ErrorActionPreference = "Stop"
$home_ = (Resolve-Path (Join-Path $PSScriptRoot "..")).Path
$venv = Join-Path $home_ ".venv"
$bin = Join-Path $venv $(if ($IsLinux -or $IsMacOS) { "bin" } else { "Scripts" })
$counted = if ($Strict) { @("--strict") } else { @() }

function Install-Tool {
    $python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
    & $python -c "import sys; sys.exit(sys.version_info < (3, 11))"
    if ($LASTEXITCODE -ne 0) {
        [Console]::Error.WriteLine("error: Python 3.11 or newer is needed; $python is not")
        [Console]::Error.WriteLine('hint: $env:PYTHON = "C:\path\to\python.exe"')
        return 2
    }
    if (-not (Test-Path $bin)) {
        & $python -m venv $venv | Out-Host
        if ($LASTEXITCODE -ne 0) { return 3 }
    }
    & "$bin/python" -m pip install --quiet --disable-pip-version-check --editable $home_ | Out-Host
    if ($LASTEXITCODE -ne 0) { return 3 }
    return 0
}

function Invoke-Models {
    & "$bin/models" @args | Out-Host
    return $LASTEXITCODE
}

$code = Install-Tool
if ($code -eq 0) {
    $code = Invoke-Models sync --locked --project $Project @counted @Rest
    if ($code -eq 0) { $code = Invoke-Models verify --project $Project @counted }
    $shown = Invoke-Models status --project $Project
    if ($code -eq 0) { $code = $shown }
}
if ($code -ne 0 -and $Hook -and -not $Strict) {
    [Console]::Error.WriteLine("warning: not all models are ready (exit code $code); going on without them")
    exit 0
}
exit $code
