"""Which devices a process may see: CUDA_VISIBLE_DEVICES and its like."""

from collections.abc import Sequence
from dataclasses import dataclass

from resolver.domain.profile import Accelerator


@dataclass(frozen=True, slots=True)
class Device:
    """A device and what a visibility list may call it: the index of its GPU, its own UUID and its GPU's.

    For a whole GPU both UUIDs are the same; a slice of one has a UUID of its own.
    """

    accelerator: Accelerator
    index: int
    uuid: str = ""
    gpu: str = ""


def visible(devices: Sequence[Device], asked: str | None) -> tuple[Device, ...]:
    """The devices that `asked` names, in its order; all if it is not set.

    The rules of CUDA (Programming Guide, "CUDA Environment Variables"): indices, UUIDs or unique beginnings of
    UUIDs, `MIG-…` for one slice; the list ends at the first entry that names nothing, so `-1` and the empty text
    hide all. A device named twice leaves none (as torch.cuda has it). An index is NVML's, which is CUDA's own for
    like GPUs or with CUDA_DEVICE_ORDER=PCI_BUS_ID; for unlike ones CUDA orders by a speed that it does not tell.
    """
    if asked is None:
        return tuple(devices)
    chosen: list[Device] = []
    for entry in asked.split(","):
        named = _named(devices, entry.strip())
        if not named:
            break
        chosen.extend(named)
    return tuple(chosen) if len({id(device) for device in chosen}) == len(chosen) else ()


def _named(devices: Sequence[Device], entry: str) -> list[Device]:
    """The device of an entry, which for a GPU that is cut up are all of its slices."""
    if entry.isascii() and entry.isdigit():
        return [device for device in devices if str(device.index) == (entry.lstrip("0") or "0")]
    if entry.startswith("MIG-"):
        slices = [device for device in devices if device.uuid.startswith(entry)]
        return slices if len(slices) == 1 else []
    found = [device for device in devices if entry.startswith("GPU-") and device.gpu.startswith(entry)]
    return found if len({device.index for device in found}) == 1 else []
