#!/bin/sh
# Which models are there, which are missing, and how to get them. Arguments go to `models status`: --json, --exit-code,
# --only NAME, --project DIR (default: this folder) …
set -eu
folder=$(cd "$(dirname "$0")" && pwd)
if [ ! -x "$folder/.venv/bin/models" ]; then
    echo "error: there is no .venv yet" >&2
    echo "hint: ./scripts/bootstrap.sh makes it" >&2
    exit 2
fi
echo "Checked  $(date "+%Y-%m-%d %H:%M:%S")" >&2
exec "$folder/.venv/bin/models" status --project "$folder" "$@"
