"""AMD GPUs under ROCm, asked of the tools that come with it."""

import re
from collections.abc import Mapping

from resolver.domain.profile import Accelerator
from resolver.hardware.answers import json_in, object_in, telling
from resolver.hardware.machine import Machine, whole_number
from resolver.hardware.visible import Device, visible

_ROCM_SMI = ("rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json")
_AMD_SMI = ("amd-smi", "static", "--asic", "--vram", "--json")
_MIB_OF_AMD_SMI = 2**20
_NUMBERS = re.compile(r"[0-9,\s]*(?:-1.*)?", re.DOTALL)


def amd_accelerators(machine: Machine) -> tuple[Accelerator, ...]:
    """The devices that ROCm would show to this process, by `rocm-smi`, else by its successor `amd-smi`.

    /dev/kfd is the device that every ROCm program opens ("ROCm installation: configuring permissions"); if it is
    there and no tool answers, so is a device of which nothing more is known.
    """
    if machine.system != "Linux":
        return ()
    found = _cards(json_in(machine.run(_ROCM_SMI))) or _entries(json_in(machine.run(_AMD_SMI)))
    if not found and machine.has("dev/kfd"):
        found = [Accelerator(kind="rocm")]
    return _shown(found, machine.environment)


def _shown(found: list[Accelerator], environment: Mapping[str, str]) -> tuple[Accelerator, ...]:
    """What the visibility variables leave ("GPU isolation techniques", ROCm documentation).

    ROCR_VISIBLE_DEVICES counts among all devices, HIP_VISIBLE_DEVICES (or CUDA_VISIBLE_DEVICES) among those left.
    A list that names devices by UUID hides none: the tools do not tell theirs.
    """
    hip = environment.get("HIP_VISIBLE_DEVICES", environment.get("CUDA_VISIBLE_DEVICES"))
    for asked in (environment.get("ROCR_VISIBLE_DEVICES"), hip):
        if asked is not None and _NUMBERS.fullmatch(asked):
            numbered = [Device(accelerator, index) for index, accelerator in enumerate(found)]
            found = [device.accelerator for device in visible(numbered, asked)]
    return tuple(found)


def _cards(document: object) -> list[Accelerator]:
    """`rocm-smi`: an object with `card0`, `card1`, …; older releases write `Card series`, newer `Card Series`."""
    if not isinstance(document, dict):
        return []
    numbered = {number: card for key, card in document.items() if (number := _number_of(key)) is not None}
    return [_card(numbered[number]) for number in sorted(numbered)]


def _number_of(key: object) -> int | None:
    match = re.fullmatch(r"card([0-9]{1,4})", str(key))
    return int(match[1]) if match else None


def _card(card: object) -> Accelerator:
    fields = {str(key).lower(): str(value).strip() for key, value in object_in(card).items()}
    name = telling(fields.get("card series")) or telling(fields.get("card model"))
    return Accelerator(kind="rocm", name=name, memory=whole_number(fields.get("vram total memory (b)")) or None)


def _entries(document: object) -> list[Accelerator]:
    """`amd-smi`: a list, or an object with the list in `gpu_data` (ROCm 7)."""
    entries = document.get("gpu_data") if isinstance(document, dict) else document
    return [_entry(entry) for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []


def _entry(entry: Mapping[object, object]) -> Accelerator:
    """Its `MB` are MiB: an MI300X has 196592 there and 206141652992 bytes in `rocm-smi`."""
    name = object_in(entry.get("asic")).get("market_name")
    size = object_in(object_in(entry.get("vram")).get("size"))
    number = whole_number(str(size.get("value"))) if size.get("unit") == "MB" else None
    return Accelerator(
        kind="rocm",
        name=telling(name),
        memory=number * _MIB_OF_AMD_SMI if number else None,
    )
