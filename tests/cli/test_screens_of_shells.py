"""What is made for shells, word for word."""

import pytest
from inline_snapshot import snapshot

from tests.cli.project import Project
from tests.cli.screens import screen
from tests.conftest import Run
from tests.servers.hub import LocalHub

CI = ("--profile", "ci")


def test_env_of_fish(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("env", "--shell", "fish", *CI), "stdout") == snapshot("""\
set -e PYTORCH_PRETRAINED_BERT_CACHE
set -e PYTORCH_TRANSFORMERS_CACHE
set -e SENTENCE_TRANSFORMERS_HOME
set -e TRANSFORMERS_CACHE
set -gx DO_NOT_TRACK '1'
set -gx HF_DATASETS_OFFLINE '1'
set -gx HF_EVALUATE_OFFLINE '1'
set -gx HF_HUB_CACHE 'PROJECT/.cache/huggingface/hub'
set -gx HF_HUB_DISABLE_TELEMETRY '1'
set -gx HF_HUB_DISABLE_UPDATE_CHECK '1'
set -gx HF_HUB_OFFLINE '1'
set -gx HF_MODULES_CACHE 'PROJECT/.cache/huggingface/modules'
set -gx HUGGINGFACE_HUB_CACHE 'PROJECT/.cache/huggingface/hub'
set -gx MODELS_LOCK_SHA256 '2e15f494(…)'
set -gx MODELS_PROFILE 'ci'
set -gx ORT_DISABLE_TELEMETRY '1'
set -gx PYANNOTE_CACHE 'PROJECT/.cache/huggingface/hub'
set -gx PYANNOTE_METRICS_ENABLED '0'
set -gx PYTHONPATH 'PROJECT/.cache/python'
set -gx TORCH_HOME 'PROJECT/.cache/torch'
set -gx TRANSFORMERS_OFFLINE '1'
""")


def test_env_of_powershell(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("env", "--shell", "powershell", *CI), "stdout") == snapshot("""\
Remove-Item Env:PYTORCH_PRETRAINED_BERT_CACHE -ErrorAction SilentlyContinue
Remove-Item Env:PYTORCH_TRANSFORMERS_CACHE -ErrorAction SilentlyContinue
Remove-Item Env:SENTENCE_TRANSFORMERS_HOME -ErrorAction SilentlyContinue
Remove-Item Env:TRANSFORMERS_CACHE -ErrorAction SilentlyContinue
$env:DO_NOT_TRACK = '1'
$env:HF_DATASETS_OFFLINE = '1'
$env:HF_EVALUATE_OFFLINE = '1'
$env:HF_HUB_CACHE = 'PROJECT/.cache/huggingface/hub'
$env:HF_HUB_DISABLE_TELEMETRY = '1'
$env:HF_HUB_DISABLE_UPDATE_CHECK = '1'
$env:HF_HUB_OFFLINE = '1'
$env:HF_MODULES_CACHE = 'PROJECT/.cache/huggingface/modules'
$env:HUGGINGFACE_HUB_CACHE = 'PROJECT/.cache/huggingface/hub'
$env:MODELS_LOCK_SHA256 = '2e15f494(…)'
$env:MODELS_PROFILE = 'ci'
$env:ORT_DISABLE_TELEMETRY = '1'
$env:PYANNOTE_CACHE = 'PROJECT/.cache/huggingface/hub'
$env:PYANNOTE_METRICS_ENABLED = '0'
$env:PYTHONPATH = 'PROJECT/.cache/python'
$env:TORCH_HOME = 'PROJECT/.cache/torch'
$env:TRANSFORMERS_OFFLINE = '1'
""")


def test_env_of_dotenv(brought: Project, run: Run, hub: LocalHub) -> None:
    assert screen(brought, hub, run("env", "--shell", "dotenv", *CI), "stdout") == snapshot("""\
# PYTORCH_PRETRAINED_BERT_CACHE must not be set
# PYTORCH_TRANSFORMERS_CACHE must not be set
# SENTENCE_TRANSFORMERS_HOME must not be set
# TRANSFORMERS_CACHE must not be set
DO_NOT_TRACK=1
HF_DATASETS_OFFLINE=1
HF_EVALUATE_OFFLINE=1
HF_HUB_CACHE=PROJECT/.cache/huggingface/hub
HF_HUB_DISABLE_TELEMETRY=1
HF_HUB_DISABLE_UPDATE_CHECK=1
HF_HUB_OFFLINE=1
HF_MODULES_CACHE=PROJECT/.cache/huggingface/modules
HUGGINGFACE_HUB_CACHE=PROJECT/.cache/huggingface/hub
MODELS_LOCK_SHA256=2e15f494(…)
MODELS_PROFILE=ci
ORT_DISABLE_TELEMETRY=1
PYANNOTE_CACHE=PROJECT/.cache/huggingface/hub
PYANNOTE_METRICS_ENABLED=0
PYTHONPATH=PROJECT/.cache/python
TORCH_HOME=PROJECT/.cache/torch
TRANSFORMERS_OFFLINE=1
""")


def test_env_of_bash_and_zsh(brought: Project, run: Run, hub: LocalHub) -> None:
    said = "".join({screen(brought, hub, run("env", "--shell", shell, *CI), "stdout") for shell in ("bash", "zsh")})
    assert said == snapshot("""\
unset PYTORCH_PRETRAINED_BERT_CACHE
unset PYTORCH_TRANSFORMERS_CACHE
unset SENTENCE_TRANSFORMERS_HOME
unset TRANSFORMERS_CACHE
export DO_NOT_TRACK='1'
export HF_DATASETS_OFFLINE='1'
export HF_EVALUATE_OFFLINE='1'
export HF_HUB_CACHE='PROJECT/.cache/huggingface/hub'
export HF_HUB_DISABLE_TELEMETRY='1'
export HF_HUB_DISABLE_UPDATE_CHECK='1'
export HF_HUB_OFFLINE='1'
export HF_MODULES_CACHE='PROJECT/.cache/huggingface/modules'
export HUGGINGFACE_HUB_CACHE='PROJECT/.cache/huggingface/hub'
export MODELS_LOCK_SHA256='2e15f494(…)'
export MODELS_PROFILE='ci'
export ORT_DISABLE_TELEMETRY='1'
export PYANNOTE_CACHE='PROJECT/.cache/huggingface/hub'
export PYANNOTE_METRICS_ENABLED='0'
export PYTHONPATH='PROJECT/.cache/python'
export TORCH_HOME='PROJECT/.cache/torch'
export TRANSFORMERS_OFFLINE='1'
""")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_of_shells_that_click_knows(run: Run, shell: str) -> None:
    text = run("completion", shell).stdout
    assert f"_MODELS_COMPLETE={shell}_complete" in text
    assert "%" not in text.replace("%%", "").replace("%s", ""), "nothing is left to fill in"


def test_completion_of_powershell(offered: Project, run: Run, hub: LocalHub) -> None:
    assert screen(offered, hub, run("completion", "powershell"), "stdout") == snapshot("""\
Register-ArgumentCompleter -Native -CommandName models -ScriptBlock {
    param($word, $tree, $position)
    $env:_MODELS_COMPLETE = 'powershell_complete'
    $env:COMP_WORD = $word
    $env:COMP_WORDS = ($tree.CommandElements | ForEach-Object { $_.Extent.Text }) -join "`n"
    try {
        models | ForEach-Object {
            $value, $help = $_ -split "`t", 2
            [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $help)
        }
    } finally {
        Remove-Item Env:_MODELS_COMPLETE, Env:COMP_WORD, Env:COMP_WORDS -ErrorAction SilentlyContinue
    }
}
""")
