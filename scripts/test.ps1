# Installs what the tests need and runs everything: lint, types, import contracts, generated files, the lock, tests.
# Arguments go to pytest. $env:PYTHON names another interpreter.
$ErrorActionPreference = "Stop"
Set-Location (Join-Path $PSScriptRoot "..")

function Invoke-Checked {
    $command, $rest = $args
    & $command @rest
    if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

$python = if ($env:PYTHON) { $env:PYTHON } else { "python" }
$bin = if ($IsLinux -or $IsMacOS) { ".venv/bin" } else { ".venv\Scripts" }
if (-not (Test-Path $bin)) { Invoke-Checked $python -m venv .venv }
Invoke-Checked "$bin/python" -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
Invoke-Checked "$bin/python" -m pip install --quiet --disable-pip-version-check --editable . --group test

Invoke-Checked "$bin/python" scripts/runtimes.py
Invoke-Checked "$bin/ruff" check .
Invoke-Checked "$bin/ruff" format --check .
Invoke-Checked "$bin/mypy"
Invoke-Checked "$bin/lint-imports"
Invoke-Checked "$bin/python" scripts/generate.py --check
Invoke-Checked "$bin/models" lock --check
Invoke-Checked "$bin/python" -m pytest -n auto @args
