#!/bin/sh
# From a fresh clone to a transcript that is checked: two voices of espeak-ng speak, and ../transcribe.py hears them.
#
#   ./examples/transcription/small/run.sh [FOLDER]
#
# FOLDER (else the one of this script) gets the models, the recording and the transcript. The clone gets .venv for the
# tool and .venv-runtimes for the libraries, unless they are there. PYTHON names another interpreter.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
python=${PYTHON:-python3}
folder=${1:-$here}

step() {
    printf '\n== %s\n' "$1" >&2
}

step "tool and libraries"
tool=$root/.venv/bin
libraries=$root/.venv-runtimes/bin/python
[ -x "$tool/python" ] || "$python" -m venv "$root/.venv"
[ -x "$tool/models" ] || "$tool/python" -m pip install -qq --disable-pip-version-check --editable "$root"
"$tool/python" -m pip install -qq --disable-pip-version-check "pip>=25.1"
"$tool/python" "$root/scripts/runtimes.py"

mkdir -p "$folder"
cd "$folder"
[ "$(pwd)" = "$here" ] || cp "$here/models.yaml" "$here/models.lock" .

step "models"
"$libraries" "$here/diarization.py" diarization
"$tool/models" sync --locked --quiet
"$tool/models" verify

step "transcript"
"$libraries" "$here/conversation.py" speak .
# The libraries' environment has no tool in it; yours would, and then no PYTHONPATH is needed for `import resolver`.
PYTHONPATH=$root "$tool/models" run -- \
    "$libraries" -W ignore "$here/../transcribe.py" speech.wav --json transcript.json

step "what was heard"
"$libraries" "$here/conversation.py" check .
