#!/bin/sh
# Installs what the tests need and runs everything: lint, types, import contracts, generated files, the lock, tests,
# those with the real libraries in an environment of their own. Arguments go to pytest. PYTHON names another interpreter.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable . --group test

bin=.venv/bin
"$bin/python" scripts/runtimes.py
"$bin/ruff" check .
"$bin/ruff" format --check .
"$bin/mypy"
"$bin/lint-imports"
"$bin/python" scripts/generate.py --check
"$bin/models" lock --check
exec "$bin/python" -m pytest -n auto "$@"
