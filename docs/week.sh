#!/bin/sh
# A week with `models`: a team of two, Ada and Ben, from an empty folder to a tidy one.
#
#   sh docs/week.sh FOLDER
#
# FOLDER is made and gets everything: a bare git repository (origin), and a clone and a store for each of the two and
# for CI. Needs `models` and git, and fetches Whisper tiny three times. docs/week.md tells the same with what is printed.
#
# Nothing need happen upstream in your week. Whoever has a hub of their own can make it move on Wednesday:
# UPSTREAM_MOVES is a command that is run then.
set -eu
[ $# = 1 ] || { echo "usage: sh docs/week.sh FOLDER" >&2; exit 2; }
mkdir "$1"
folder=$(cd "$1" && pwd)
export GIT_CONFIG_GLOBAL="$folder/gitconfig" GIT_CONFIG_NOSYSTEM=1
git config --global init.defaultBranch main
git config --global advice.detachedHead false

day() { printf '\n== %s\n' "$*"; }

# Who types now: a clone, a store, a name under the commits, and the kind of machine. In your week no variable names the
# machine: `models` looks. Here one computer plays three.
at() {
    cd "$folder/$1"
    export MODELS_STORE="$folder/$1-store" MODELS_PROFILE="${2:-}"
    export GIT_AUTHOR_NAME="$1" GIT_AUTHOR_EMAIL="$1@example.org"
    export GIT_COMMITTER_NAME="$1" GIT_COMMITTER_EMAIL="$1@example.org"
}

# Every `models` below is shown as it was typed, and then does what it does.
models() {
    printf '\n$ models'
    for word; do
        case $word in *[\<\>\ ]*) printf ' "%s"' "$word" ;; *) printf ' %s' "$word" ;; esac
    done
    echo
    command models "$@"
}

# answers CODE command…: the answer is no, and that is right.
answers() {
    expected=$1 code=0
    shift
    "$@" || code=$?
    echo "(exit $code)"
    [ "$code" = "$expected" ]
}

# A branch is offered; whoever reviews it reads what `models diff` says, and it is merged.
offer() { git add -A && git commit -q --allow-empty -m "$1" && git push -q origin HEAD; }
merge() { git fetch -q && git merge -q --no-ff -m "Merge $1" "origin/$1" && git push -q origin main; }

git init -q --bare "$folder/origin"
git clone -q "$folder/origin" "$folder/ada" 2>/dev/null

day "Monday: Ada declares what the pipeline opens, and locks it"
at ada
git commit -q --allow-empty -m "Begin" && git push -q origin main
git switch -qc weights

# A starter manifest with one Whisper in it, and a voice detector below it.
models init
models add pypi:silero-vad --name vad --version ">=5,<7"

# The starter's policy refuses files that run code. Ada looks at what is refused, and allows it for this model alone.
answers 2 models lock
echo "    allow: [pickle, remote_code] # TorchScript, and a Python package: looked at by Ada" >>models.yaml
models lock

# The bytes come, are hashed while they come, and are placed where the libraries look.
models sync
models verify
models status
offer "Lock the weights of the pipeline"
git switch -q main
merge weights

day "Tuesday: Ben has a Mac"
git clone -q "$folder/origin" "$folder/ben"
at ben
git switch -qc mac

# Ben's editor: one name, two variants, and the machines that the team has.
cat >models.yaml <<'MANIFEST'
version: 1

profiles:
  mac:  {os: darwin, arch: arm64, accelerator: metal, ram: 16GB, vram: 10.7GB, cores: 8}
  desk: {os: linux, arch: x86_64, accelerator: none, ram: 16GB, cores: 8}
  ci:   {os: linux, arch: x86_64, accelerator: none, ram: 7GB, cores: 2}

budget: {vram: 90%, ram: 75%}

policy:
  licenses: {allow: [mit, apache-2.0]}
  pickle: deny
  remote_code: deny

models:
  asr:
    category: whisper
    variants: # the first that suits a machine wins
      - source: hf:mlx-community/whisper-tiny
        runtime: mlx-whisper
        category: apple-silicon
        when: {accelerator: metal}
        license: mit # OpenAI's, of which this is a conversion
      - source: hf:Systran/faster-whisper-tiny
        runtime: faster-whisper
        needs: {ram: 0.1GB}
        requires: ["faster-whisper>=1.0"]
        settings: {device: cpu, compute_type: int8, batch_size: 1}

  vad:
    category: vad
    runtime: silero
    source: pypi:silero-vad
    version: ">=5,<7"
    allow: [pickle, remote_code] # TorchScript, and a Python package: looked at by Ada
MANIFEST

# The lock is stale now, and says why. Locking again moves no pin that is there.
answers 1 models lock --check
models lock
offer "Give Macs a Whisper of their own"

# What Ada reads in the review, and why a Mac gets what it gets.
at ada
git fetch -q && git switch -q mac
models diff main --format markdown
models explain asr --profile mac
git switch -q main
merge mac

# One lock, two machines, each with its own bytes.
at ben mac
git switch -q main && git pull -q
models sync --locked
models verify
at ada desk
models sync --locked

day "Wednesday: somebody publishes new weights"
[ -z "${UPSTREAM_MOVES:-}" ] || sh -c "$UPSTREAM_MOVES"

# Nothing happens: the lock means what it meant on Monday.
at ada desk
models lock --check
models sync --locked
models verify --quick

# Not even where nothing was fetched yet: the nightly run has a new clone and an empty store, and asks besides whether
# what is locked still stands upstream.
git clone -q "$folder/origin" "$folder/ci"
at ci ci
export CI=true
models sync --frozen
models verify --upstream
unset CI

day "Thursday: Ada takes one of them"
at ada desk
git switch -qc newer-asr
models outdated
models update asr --dry-run
models update asr
models diff
offer "Update asr"

# What CI does with the branch: nothing but the lock decides, and what is said stands beside its line.
at ci ci
git fetch -q && git switch -q newer-asr
export CI=true
models lock --check --format github
models sync --frozen
models verify --format github
models diff origin/main --format markdown
unset CI
at ada desk
git switch -q main
merge newer-asr

day "Friday: the others follow, a disk fails, and room is made"
at ben mac
git pull -q
models sync --locked --prune

# A byte of Ada's weights turns over. `verify` reads all of them, finds it, and has it fetched again.
at ada desk
models sync --locked
weights=$(command models path asr)/model.bin
chmod u+w "$weights"
printf 'X' | dd of="$weights" bs=1 seek=1000 conv=notrunc 2>/dev/null
answers 1 models verify
models verify --repair
models verify

# Monday's weights are in the way now: out of the project, then out of the store.
models prune --dry-run
models prune -y
models cache ls
models cache gc -y
models status
