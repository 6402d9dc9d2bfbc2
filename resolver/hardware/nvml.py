"""What we ask of NVML, under the names that nvidia-ml-py gives it, so that a fake can stand in for the module."""
# ruff: noqa: N802  # the functions bear NVML's own names

import sys
from collections.abc import Sequence
from typing import Protocol, cast


class MemoryOfDevice(Protocol):
    """`nvmlMemory_t`: bytes."""

    @property
    def total(self) -> int:
        """All memory of the device."""
        ...


class Nvml(Protocol):
    """The part of the `pynvml` module that we call. Handles are opaque; texts were bytes before release 11.5."""

    @property
    def NVMLError(self) -> type[Exception]:
        """The error every call may raise."""
        ...

    @property
    def NVMLError_LibraryNotFound(self) -> type[Exception]:
        """There is no NVIDIA driver library."""
        ...

    @property
    def NVMLError_DriverNotLoaded(self) -> type[Exception]:
        """The library is there and the kernel's driver is not."""
        ...

    @property
    def NVMLError_NotSupported(self) -> type[Exception]:
        """The device has no such thing."""
        ...

    def nvmlInit(self) -> None:
        """Begin."""
        ...

    def nvmlShutdown(self) -> None:
        """End."""
        ...

    def nvmlSystemGetDriverVersion(self) -> str | bytes:
        """The driver, like `550.54.15`."""
        ...

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:
        """The highest CUDA of the driver, like 12080."""
        ...

    def nvmlDeviceGetCount(self) -> int:
        """How many devices there are."""
        ...

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:
        """A device, in the order of the PCI bus."""
        ...

    def nvmlDeviceGetName(self, handle: object) -> str | bytes:
        """The product's name."""
        ...

    def nvmlDeviceGetUUID(self, handle: object) -> str | bytes:
        """`GPU-…`, or `MIG-…` for a slice."""
        ...

    def nvmlDeviceGetMemoryInfo(self, handle: object) -> MemoryOfDevice:
        """The memory of a device or slice."""
        ...

    def nvmlDeviceGetCudaComputeCapability(self, handle: object) -> Sequence[int]:
        """Major and minor."""
        ...

    def nvmlDeviceGetMigMode(self, handle: object) -> Sequence[int]:
        """Current and pending mode; 1 is on."""
        ...

    def nvmlDeviceGetMaxMigDeviceCount(self, handle: object) -> int:
        """How many slices there can be."""
        ...

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: object, index: int) -> object:
        """A slice; NotFound where that place is empty."""
        ...


def has_library() -> bool:
    """Whether the driver's library can be loaded, as the binding would find out; importing that takes 8 ms."""
    if sys.platform != "linux":
        return True
    import ctypes

    try:
        ctypes.CDLL("libnvidia-ml.so.1")
    except OSError:
        return False
    return True


def load_nvml() -> Nvml | None:
    """The binding, without opening the library; None if nvidia-ml-py is not installed."""
    try:
        import pynvml
    except ImportError:
        return None
    return cast("Nvml", pynvml)
