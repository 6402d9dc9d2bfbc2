"""NVIDIA GPUs and MIG slices, asked of the driver's own library (NVML API Reference), never of torch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar, TypeVarTuple

from resolver.domain.facts import shares_memory
from resolver.domain.profile import Accelerator
from resolver.hardware.machine import Machine
from resolver.hardware.nvml import Nvml
from resolver.hardware.visible import Device, visible

_Answer = TypeVar("_Answer")
_About = TypeVarTuple("_About")


def nvidia_accelerators(machine: Machine) -> tuple[Accelerator, ...] | None:
    """The devices that CUDA would show to this process; None if they are there and cannot be asked.

    No driver library, or one whose kernel module is not loaded, is no NVIDIA device, except on a Tegra. Any other
    failure (versions of library and module that differ after an update, a GPU fallen off the bus) is unknown.
    """
    if not machine.nvml_library():
        return None if _is_tegra(machine) else ()
    nvml = machine.nvml()
    if nvml is None:
        return None if machine.has("proc/driver/nvidia/version") or _is_tegra(machine) else ()
    try:
        nvml.nvmlInit()
    except (nvml.NVMLError_LibraryNotFound, nvml.NVMLError_DriverNotLoaded):
        return None if _is_tegra(machine) else ()
    except nvml.NVMLError:
        return None
    try:
        return _shown(nvml, machine.environment.get("CUDA_VISIBLE_DEVICES"))
    except nvml.NVMLError:
        return None
    finally:
        _ask(nvml, nvml.nvmlShutdown)


def _is_tegra(machine: Machine) -> bool:
    """A Jetson has a GPU, and up to JetPack 5 no NVML that could tell of it; the device tree names its chip."""
    return "nvidia,tegra" in (machine.text("proc/device-tree/compatible") or "")


def _shown(nvml: Nvml, asked: str | None) -> tuple[Accelerator, ...] | None:
    driver = _Driver(
        nvml,
        version=_text(_ask(nvml, nvml.nvmlSystemGetDriverVersion)),
        cuda=_cuda(_ask(nvml, nvml.nvmlSystemGetCudaDriverVersion_v2)),
    )
    handles = [_ask(nvml, nvml.nvmlDeviceGetHandleByIndex, index) for index in range(nvml.nvmlDeviceGetCount())]
    found = [device for index, gpu in enumerate(handles) if gpu is not None for device in driver.devices(index, gpu)]
    if not found and None in handles:
        return None
    return tuple(device.accelerator for device in visible(found, asked))


@dataclass(frozen=True, slots=True)
class _Driver:
    """The driver, with what holds for all of its devices."""

    nvml: Nvml
    version: str | None
    cuda: str | None

    def devices(self, index: int, gpu: object) -> list[Device]:
        """A GPU, or its slices: with MIG on, nothing runs on the GPU itself (NVIDIA MIG User Guide)."""
        uuid = self._uuid(gpu)
        capability = _capability(self.nvml, gpu)
        mode = _ask(self.nvml, self.nvml.nvmlDeviceGetMigMode, gpu)
        if not mode or mode[0] != 1:
            return [Device(self._accelerator(gpu, capability), index, uuid, uuid)]
        return [
            Device(self._accelerator(piece, capability, mig=True), index, self._uuid(piece), uuid)
            for piece in _slices(self.nvml, gpu)
        ]

    def _uuid(self, handle: object) -> str:
        return _text(_ask(self.nvml, self.nvml.nvmlDeviceGetUUID, handle)) or ""

    def _accelerator(self, handle: object, capability: str | None, *, mig: bool = False) -> Accelerator:
        return Accelerator(
            kind="cuda",
            name=_text(_ask(self.nvml, self.nvml.nvmlDeviceGetName, handle)),
            memory=_memory(self.nvml, handle),
            unified=shares_memory("cuda", capability),
            compute_capability=capability,
            driver=self.version,
            cuda=self.cuda,
            mig=mig,
        )


def _slices(nvml: Nvml, gpu: object) -> Iterator[object]:
    """The handles of the MIG slices that exist; the places for them need not be filled in order."""
    for place in range(_ask(nvml, nvml.nvmlDeviceGetMaxMigDeviceCount, gpu) or 0):
        handle = _ask(nvml, nvml.nvmlDeviceGetMigDeviceHandleByIndex, gpu, place)
        if handle is not None:
            yield handle


def _memory(nvml: Nvml, handle: object) -> int | None:
    """Bytes.

    A GB10 (DGX Spark) has no frame buffer and answers NotSupported (leptonai/gpud pull 1170), or 0 with some
    drivers (Syllo/nvtop pull 411): its memory is the machine's, and how much CUDA gets of it is unknown.
    """
    memory = _ask(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    return memory.total or None if memory else None


def _capability(nvml: Nvml, gpu: object) -> str | None:
    """Like `8.9`; that of a slice is its GPU's."""
    numbers = _ask(nvml, nvml.nvmlDeviceGetCudaComputeCapability, gpu)
    return f"{numbers[0]}.{numbers[1]}" if numbers else None


def _cuda(number: int | None) -> str | None:
    """Thousands are major, tens minor: 12080 is `12.8` (NVML_CUDA_DRIVER_VERSION_MAJOR and _MINOR in nvml.h)."""
    return f"{number // 1000}.{number % 1000 // 10}" if number else None


def _ask(nvml: Nvml, question: Callable[[*_About], _Answer], *about: *_About) -> _Answer | None:
    """The answer, or None where this device or driver has none. ValueError: a name that is no UTF-8."""
    try:
        return question(*about)
    except (nvml.NVMLError, ValueError):
        return None


def _text(answer: str | bytes | None) -> str | None:
    text = answer.decode("utf-8", errors="replace") if isinstance(answer, bytes) else answer
    return text or None
