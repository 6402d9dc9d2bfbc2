#!/bin/sh
# From a fresh clone to verified weights: makes .venv, installs the tool, syncs, verifies, shows the status.
#
#   --project DIR  the project whose models are meant (default: this clone)
#   --hook         for the bootstrap of a pipeline: what fails is said, and the exit code is 0 all the same
#   --strict       optional models count too; with --hook, a failure ends with its exit code
#
# Everything else goes to `models sync` (--max-workers 5, --only asr, --offline …).
# Needs Python 3.11 or newer and a package index. PYTHON names another interpreter.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
project=$home hook="" strict=""

count=$#
while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    count=$((count - 1))
    case $argument in
    --project=*) project=${argument#--project=} ;;
    --project)
        [ "$count" -gt 0 ] || { echo "error: --project needs a folder" >&2; exit 2; }
        project=$1
        shift
        count=$((count - 1))
        ;;
    --hook) hook=1 ;;
    --strict) strict=--strict ;;
    *) set -- "$@" "$argument" ;;
    esac
done

models() { "$home/.venv/bin/models" "$@"; }

prepare() {
    python=${PYTHON:-python3}
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "error: Python 3.11 or newer is needed; $python is not" >&2
        echo "hint: PYTHON=/path/to/python3.11 ./scripts/bootstrap.sh" >&2
        return 2
    fi
    [ -x "$home/.venv/bin/python" ] || "$python" -m venv "$home/.venv" || return 3
    "$home/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$home" || return 3
}

bring() {
    models sync --locked --project "$project" ${strict:+"$strict"} "$@" || return
    models verify --project "$project" ${strict:+"$strict"}
}

code=0
prepare || code=$?
if [ "$code" = 0 ]; then
    bring "$@" || code=$?
    models status --project "$project" || [ "$code" != 0 ] || code=$?
fi
[ "$code" != 0 ] || exit 0
if [ -n "$hook" ] && [ -z "$strict" ]; then
    echo "warning: not all models are ready (exit code $code); going on without them" >&2
    exit 0
fi
exit "$code"
