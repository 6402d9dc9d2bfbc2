"""The processor: architecture, model, the instruction sets that matter to inference, and how many cores may be used."""

import re

from resolver.domain.profile import Processor
from resolver.hardware.cgroups import core_limit
from resolver.hardware.machine import Machine, sysctl

_ARCHITECTURES = {"amd64": "x86_64", "aarch64": "arm64"}

# What CTranslate2, oneDNN, ONNX Runtime and MLX choose their kernels by, under the names of Linux (arch/x86
# cpufeatures.h). arm64 names them otherwise (arch/arm64 elf_hwcaps.rst), and so does macOS (`sysctl hw.optional`).
_FEATURES = frozenset(
    {
        "amx_bf16",
        "amx_fp16",
        "amx_int8",
        "amx_tile",
        "avx",
        "avx2",
        "avx512_bf16",
        "avx512_fp16",
        "avx512_vnni",
        "avx512bw",
        "avx512f",
        "avx512vl",
        "avx_vnni",
        "bf16",
        "dotprod",
        "f16c",
        "fma",
        "fp16",
        "i8mm",
        "neon",
        "sme",
        "sse4_1",
        "sse4_2",
        "sve",
        "sve2",
    }
)
_OF_ARM_LINUX = {"asimd": "neon", "asimdhp": "fp16", "asimddp": "dotprod"}
_OF_DARWIN = {
    "avx1_0": "avx",
    "avx2_0": "avx2",
    "avx512vnni": "avx512_vnni",
    "AdvSIMD": "neon",
    "neon_fp16": "fp16",
    "arm.FEAT_FP16": "fp16",
    "arm.FEAT_DotProd": "dotprod",
    "arm.FEAT_BF16": "bf16",
    "arm.FEAT_I8MM": "i8mm",
    "arm.FEAT_SME": "sme",
}
_OF_WINDOWS = {  # PF_…_INSTRUCTIONS_AVAILABLE of winnt.h
    19: "neon",
    37: "sse4_1",
    38: "sse4_2",
    39: "avx",
    40: "avx2",
    41: "avx512f",
    43: "dotprod",
    46: "sve",
    47: "sve2",
    66: "i8mm",
    67: "fp16",
    68: "bf16",
    70: "sme",
}


def processor(machine: Machine) -> Processor:
    """The processor and its usable cores: the fewest of affinity, control-group quota and what is there."""
    logical = machine.processors or None
    return Processor(
        arch=_architecture(machine),
        model=_model(machine),
        features=_features(machine),
        logical=logical,
        usable=_usable(machine, logical),
    )


def _usable(machine: Machine, logical: int | None) -> int | None:
    """Whole cores, at least 1: even a quota of half a core runs one thread."""
    affinity = len(machine.affinity) if machine.affinity else None
    quota = core_limit(machine) if machine.system == "Linux" else None
    known = [count for count in (logical, affinity, quota) if count is not None]
    return max(1, min(known)) if known else None


def _architecture(machine: Machine) -> str:
    """`x86_64`, `arm64` or the system's own word.

    A Mac is what its processor is: an x86_64 Python under Rosetta still sees `hw.optional.arm64` (Apple, "About the
    Rosetta translation environment").
    """
    if machine.system == "Darwin" and sysctl(machine, "hw.optional.arm64") == "1":
        return "arm64"
    word = machine.architecture.lower()
    return _ARCHITECTURES.get(word, word)


def _model(machine: Machine) -> str | None:
    """The brand: /proc/cpuinfo, `machdep.cpu.brand_string`, or what Windows sets in every environment."""
    if machine.system == "Darwin":
        return sysctl(machine, "machdep.cpu.brand_string")
    if machine.system == "Windows":
        return machine.environment.get("PROCESSOR_IDENTIFIER") or None
    return _line_of_cpuinfo(machine, "model name")


def _features(machine: Machine) -> tuple[str, ...] | None:
    words = {"Darwin": _darwin_words, "Windows": _windows_words}.get(machine.system, _linux_words)(machine)
    return None if words is None else tuple(sorted(words & _FEATURES))


def _linux_words(machine: Machine) -> set[str] | None:
    """`flags` on x86, `Features` on arm64; those of the first processor, as the kernel shows only what all have."""
    line = _line_of_cpuinfo(machine, "flags") or _line_of_cpuinfo(machine, "Features")
    return None if line is None else {_OF_ARM_LINUX.get(word, word) for word in line.split()}


def _darwin_words(machine: Machine) -> set[str] | None:
    answer = machine.run(["sysctl", "hw.optional"])
    if not answer:
        return None
    return {_OF_DARWIN.get(word, word) for word in re.findall(r"^hw\.optional\.(\S+): 1$", answer, re.MULTILINE)}


def _windows_words(machine: Machine) -> set[str] | None:
    """Those that Windows can tell: it has no number for FMA, F16C and AVX-512 beyond its foundation."""
    answers = {word: machine.processor_feature(number) for number, word in _OF_WINDOWS.items()}
    return None if None in answers.values() else {word for word, there in answers.items() if there}


def _line_of_cpuinfo(machine: Machine, name: str) -> str | None:
    """The first `name : value` of /proc/cpuinfo."""
    match = re.search(rf"^{name}[ \t]*:[ \t]*(.*\S)", machine.text("proc/cpuinfo") or "", re.MULTILINE)
    return match[1].rstrip() if match else None
