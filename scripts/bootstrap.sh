#!/bin/sh
# From a fresh clone to verified weights: makes .venv, installs the tool, syncs, verifies, shows the status.
#
#   --project DIR  the project whose models are meant (default: this clone)
#   --hook         for the bootstrap of a pipeline: what fails is said, and the exit code is 0 all the same
#   --strict       optional models count too; with --hook, a failure ends with its exit code
#
# Everything else goes to `models sync` (--max-workers 5, --only asr, --offline …).
# Needs Python 3.11 or newer (PYTHON names another interpreter), and a package index the first time: later on a tool
# that works is good enough where none can be reached. With --offline, pip is not run.
set -eu
home=$(cd "$(dirname "$0")/.." && pwd)
project=$home hook="" strict="" offline=""

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
    --offline) offline=1 && set -- "$@" "$argument" ;;
    *) set -- "$@" "$argument" ;;
    esac
done

models() { "$home/.venv/bin/models" "$@"; }

works() { models --version >/dev/null 2>&1; }

prepare() {
    python=${PYTHON:-python3}
    if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        echo "error: Python 3.11 or newer is needed; $python is not" >&2
        echo "hint: PYTHON=/path/to/python3.11 ./scripts/bootstrap.sh" >&2
        return 2
    fi
    if [ -n "$offline" ]; then
        works && return
        echo "error: the tool is not installed in $home/.venv, and --offline forbids to fetch it" >&2
        return 3
    fi
    install && return
    if works; then
        echo "warning: the installation could not be refreshed; going on with the tool that is there" >&2
        return
    fi
    echo "error: the tool could not be installed; no model was looked at" >&2
    echo "hint: can pip reach its package index (PIP_INDEX_URL)?" >&2
    return 3
}

install() {
    [ -x "$home/.venv/bin/python" ] || "$python" -m venv "$home/.venv" || return
    "$home/.venv/bin/python" -m pip install --quiet --disable-pip-version-check --editable "$home"
}

bring() {
    models sync --locked --project "$project" ${strict:+"$strict"} "$@" || return
    models verify --project "$project" ${strict:+"$strict"}
}

code=0 lacking="not all models are ready"
if prepare; then
    bring "$@" || code=$?
    models status --project "$project" || [ "$code" != 0 ] || code=$?
else
    code=$? lacking="the tool is not ready"
fi
[ "$code" != 0 ] || exit 0
if [ -n "$hook" ] && [ -z "$strict" ]; then
    echo "warning: $lacking (exit code $code); going on without" >&2
    exit 0
fi
exit "$code"
