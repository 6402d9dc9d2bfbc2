"""What a saved hardware file recommends, as a variant."""

from dataclasses import replace

import pytest

from resolver.domain.errors import UsageError
from resolver.domain.facts import Facts
from resolver.domain.recommended import Recommended
from resolver.stages.whispers import WHISPERS, speech_variant

CPU = Facts(os="linux", arch="x86_64", accelerator="none", ram=16 * 10**9, cores=8)
CUDA = replace(CPU, accelerator="cuda", compute_capability="8.6", vram=24 * 10**9)
MAC = Facts(os="darwin", arch="arm64", accelerator="metal", ram=16 * 10**9, vram=10 * 10**9)


def test_all_that_is_recommended_is_taken_over() -> None:
    found = speech_variant(Recommended("medium", "int8", 4, "cpu"), CPU)
    assert found.source == "hf:Systran/faster-whisper-medium"
    assert found.settings == {"device": "cpu", "compute_type": "int8", "batch_size": "4"}
    assert found.when == {"os": "linux", "arch": "x86_64", "accelerator": "none", "ram": ">=14GB,<18GB"}
    assert found.needs == {"ram": "1.84GB"}
    assert not found.is_measured


@pytest.mark.parametrize(
    ("recommended", "facts", "source", "settings", "needs"),
    [
        ("large-v3", CUDA, "Systran/faster-whisper-large-v3", ("cuda", "float16"), {"vram": "4521MiB"}),
        ("turbo", CUDA, "mobiuslabsgmbh/faster-whisper-large-v3-turbo", ("cuda", "float16"), {"vram": "2537MiB"}),
        ("small", CPU, "Systran/faster-whisper-small", ("cpu", "int8"), {"ram": "1477MiB"}),
        ("large", MAC, "mlx-community/whisper-large-v3-mlx", ("metal", "float16"), {"vram": "3.71GB"}),
        ("acme/own-ct2", CPU, "acme/own-ct2", ("cpu", "int8"), {}),
    ],
)
def test_what_is_not_said_is_what_the_machine_does_best(
    recommended: str, facts: Facts, source: str, settings: tuple[str, str], needs: dict[str, str]
) -> None:
    found = speech_variant(Recommended(recommended), facts)
    assert found.source == f"hf:{source}"
    assert found.settings == {"device": settings[0], "compute_type": settings[1], "batch_size": "1"}
    assert found.needs == needs
    assert found.is_mlx is (facts is MAC)


def test_measured_memory_is_of_one_type_and_batch() -> None:
    assert speech_variant(Recommended("large-v3", "float16", 8), CUDA).needs == {"vram": "6090MiB"}
    other = speech_variant(Recommended("large-v3", "float16", 4), CUDA)
    assert (other.needs, other.is_measured) == ({"vram": "3.71GB"}, False)


def test_a_machine_is_told_by_what_does_not_change() -> None:
    assert speech_variant(Recommended("base"), CUDA).when == {
        "os": "linux",
        "arch": "x86_64",
        "accelerator": "cuda",
        "compute_capability": "8.6",
        "vram": ">=21GB,<27GB",
        "ram": ">=14GB,<18GB",
    }
    assert "vram" not in speech_variant(Recommended("base"), MAC).when, "one memory is asked for once"
    assert speech_variant(Recommended("base"), replace(CPU, ram=10**9)).when["ram"] == "<2GB"
    assert "ram" not in speech_variant(Recommended("base"), replace(CPU, ram=None)).when


@pytest.mark.parametrize("named", ["mps", "mlx", "metal", "auto", None])
def test_metal_has_several_names(named: str | None) -> None:
    found = speech_variant(Recommended("large-v3-turbo", "int4", device=named), MAC)
    assert found.source == "hf:mlx-community/whisper-large-v3-turbo-q4"


def test_a_processor_can_be_recommended_where_there_is_more() -> None:
    found = speech_variant(Recommended("base", device="cpu"), MAC)
    assert found.source == "hf:Systran/faster-whisper-base"
    assert found.when["accelerator"] == "metal"


@pytest.mark.parametrize(
    ("recommended", "facts", "message", "hint"),
    [
        (Recommended("larg-v3"), CPU, "no Whisper 'larg-v3'", "did you mean 'large-v3'?"),
        (Recommended("base", "in8"), CPU, "no compute_type 'in8' on cpu", "did you mean 'int8'?"),
        (Recommended("base", device="cdua"), CPU, "no device 'cdua'", "did you mean 'cuda'?"),
        (Recommended("base", device="cuda:0"), CPU, "device cuda is recommended, and the machine", "run it on the"),
        (Recommended("base.en"), MAC, "no 'base.en' in float16 is known for MLX", "known: base, large"),
        (Recommended("base", "int4"), MAC, "no 'base' in int4 is known for MLX", "known: large-v3-turbo"),
        (Recommended("base"), Facts(), "nothing is known of the machine", "start with --template"),
    ],
)
def test_what_cannot_be_is_refused(recommended: Recommended, facts: Facts, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        speech_variant(recommended, facts)
    assert caught.value.message.startswith(message)
    assert (caught.value.hint or "").startswith(hint)


def test_an_accelerator_that_is_unknown_may_be_the_one_that_is_named() -> None:
    found = speech_variant(Recommended("base", device="cuda"), replace(CPU, accelerator=None))
    assert found.settings["device"] == "cuda"
    assert "accelerator" not in found.when


def test_the_sizes_are_those_of_the_saved_file() -> None:
    from resolver.workflows.hardware import _SIZES

    assert all(_SIZES.fullmatch(size) for size in WHISPERS)
