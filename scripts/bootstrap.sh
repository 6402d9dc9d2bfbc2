#!/bin/sh
# From a fresh clone to verified weights: makes .venv, installs the tool, syncs, verifies, shows the status.
# Needs Python 3.11 or newer and a package index. PYTHON names another interpreter.
set -eu
cd "$(dirname "$0")/.."

python=${PYTHON:-python3}
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    echo "error: Python 3.11 or newer is needed; $python is not" >&2
    echo "hint: PYTHON=/path/to/python3.11 ./scripts/bootstrap.sh" >&2
    exit 2
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable .

.venv/bin/models sync --locked "$@"
.venv/bin/models verify
.venv/bin/models status
