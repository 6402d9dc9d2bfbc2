# From a fresh clone to verified weights: makes .venv, installs the tool, syncs, verifies, shows the status.
#
#   -Project DIR  the project whose models are meant (default: this clone)
#   -Hook         for the bootstrap of a pipeline: what fails is said, and the exit code is 0 all the same
#   -Strict       optional models count too; with -Hook, a failure ends with its exit code
#
# Everything else goes to `models sync` (--max-workers 5, --only asr, --offline …).
# Needs Python 3.11 or newer ($env:PYTHON names another interpreter), and a package index the first time: later on a
# tool that works is good enough where none can be reached. With --offline, pip is not run.
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
$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
$counted = if ($Strict) { @("--strict") } else { @() }

function Invoke-Models {
    & "$bin/models" @args | Out-Host
    return $LASTEXITCODE
}

function Test-Tool {
    try { & "$bin/models" --version *> $null } catch { return $false }
    return $LASTEXITCODE -eq 0
}

function Write-Failure([string[]]$Lines) {
    foreach ($line in $Lines) { [Console]::Error.WriteLine($line) }
}

function Install-Tool {
    if (-not (Test-Path $bin)) {
        & $python -m venv $venv | Out-Host
        if ($LASTEXITCODE -ne 0) { return $false }
    }
    & "$bin/python" -m pip install --quiet --disable-pip-version-check --editable $home_ | Out-Host
    return $LASTEXITCODE -eq 0
}

function Initialize-Tool {
    & $python -c "import sys; sys.exit(sys.version_info < (3, 11))"
    if ($LASTEXITCODE -ne 0) {
        Write-Failure "error: Python 3.11 or newer is needed; $python is not",
            'hint: $env:PYTHON = "C:\path\to\python.exe"'
        return 2
    }
    if ($Rest -contains "--offline") {
        if (Test-Tool) { return 0 }
        Write-Failure "error: the tool is not installed in $venv, and --offline forbids to fetch it"
        return 3
    }
    if (Install-Tool) { return 0 }
    if (Test-Tool) {
        Write-Failure "warning: the installation could not be refreshed; going on with the tool that is there"
        return 0
    }
    Write-Failure "error: the tool could not be installed; no model was looked at",
        'hint: can pip reach its package index ($env:PIP_INDEX_URL)?'
    return 3
}

$code = Initialize-Tool
$lacking = "the tool is not ready"
if ($code -eq 0) {
    $lacking = "not all models are ready"
    $code = Invoke-Models sync --locked --project $Project @counted @Rest
    if ($code -eq 0) { $code = Invoke-Models verify --project $Project @counted }
    $shown = Invoke-Models status --project $Project
    if ($code -eq 0) { $code = $shown }
}
if ($code -ne 0 -and $Hook -and -not $Strict) {
    Write-Failure "warning: $lacking (exit code $code); going on without"
    exit 0
}
exit $code
