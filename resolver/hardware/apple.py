"""Apple silicon as one accelerator, its memory being Metal's share of the common memory."""

from resolver.domain.profile import Accelerator
from resolver.hardware.machine import Machine, sysctl, whole_number

_SMALL = 36 * 2**30


def apple_accelerators(machine: Machine) -> tuple[Accelerator, ...]:
    """One device on Apple silicon, none on an Intel Mac: MLX and CTranslate2 use no GPU there."""
    if machine.system != "Darwin" or sysctl(machine, "hw.optional.arm64") != "1":
        return ()
    name = sysctl(machine, "machdep.cpu.brand_string")
    return (Accelerator(kind="metal", name=name, memory=_working_set(machine), unified=True),)


def _working_set(machine: Machine) -> int | None:
    """Bytes that Metal lets the GPU hold; None if the machine does not tell its memory.

    Only Metal knows its `recommendedMaxWorkingSetSize`, and asking needs a compiled library, so it is reckoned:
    2/3 of the memory up to 36 GB and 3/4 above, as measured on 16 GB (10922.67 MiB, abetlen/llama-cpp-python issue
    687), 32 GB (21845.34 MiB, ollama issue 434) and 64 GB (49152.00 MiB, ggml-org/llama.cpp issue 1870). Newer
    systems give more (17.76 of 24 GiB in sgl-project/sglang pull 29949, 107.52 of 128 GiB in antirez/ds4 pull 893);
    the older figure fits both. A limit that the owner set in `iogpu.wired_limit_mb` (MiB, 0 is the default) decides:
    Metal then answers exactly it (AlexsJones/llmfit pull 754).
    """
    wired = whole_number(sysctl(machine, "iogpu.wired_limit_mb"))
    if wired:
        return wired * 2**20
    total = whole_number(sysctl(machine, "hw.memsize"))
    if not total:
        return None
    return total * 2 // 3 if total <= _SMALL else total * 3 // 4
