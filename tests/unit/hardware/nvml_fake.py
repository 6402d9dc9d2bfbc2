"""An NVML in memory: it satisfies the same Protocol as the binding and answers from a list of GPUs."""
# ruff: noqa: N802  # the functions bear NVML's own names

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from resolver.hardware.nvml import Nvml

MIB = 2**20
_Value = TypeVar("_Value")


class FakeError(Exception):
    """As `pynvml.NVMLError`."""


class FakeLibraryNotFoundError(FakeError):
    """As `pynvml.NVMLError_LibraryNotFound`."""


class FakeDriverNotLoadedError(FakeError):
    """As `pynvml.NVMLError_DriverNotLoaded`."""


class FakeNotSupportedError(FakeError):
    """As `pynvml.NVMLError_NotSupported`."""


@dataclass(frozen=True)
class FakeMemory:
    """`nvmlMemory_t`, as far as it is read."""

    total: int


@dataclass(frozen=True)
class FakeGpu:
    """A GPU or slice. A value that is an exception is raised instead of answered; `slices` None is no MIG."""

    name: str | bytes | Exception
    uuid: str | bytes | Exception
    memory: int | Exception
    capability: tuple[int, int] | Exception = (8, 9)
    slices: "tuple[FakeGpu | None, ...] | None" = None
    lost: bool = False


@dataclass
class FakeNvml:
    """The module: `failure` is what `nvmlInit` raises."""

    gpus: Sequence[FakeGpu] = ()
    driver: str | bytes | Exception = "550.54.15"
    cuda: int | Exception = 12040
    failure: Exception | None = None
    count_failure: Exception | None = None
    calls: list[str] = field(default_factory=list)

    NVMLError: type[Exception] = FakeError
    NVMLError_LibraryNotFound: type[Exception] = FakeLibraryNotFoundError
    NVMLError_DriverNotLoaded: type[Exception] = FakeDriverNotLoadedError
    NVMLError_NotSupported: type[Exception] = FakeNotSupportedError

    def open(self) -> Nvml:
        """As `Machine.nvml`."""
        return self

    def nvmlInit(self) -> None:
        self.calls.append("init")
        if self.failure:
            raise self.failure

    def nvmlShutdown(self) -> None:
        self.calls.append("shutdown")

    def nvmlSystemGetDriverVersion(self) -> str | bytes:
        return _words(self.driver)

    def nvmlSystemGetCudaDriverVersion_v2(self) -> int:
        return _answer(self.cuda)

    def nvmlDeviceGetCount(self) -> int:
        if self.count_failure:
            raise self.count_failure
        return len(self.gpus)

    def nvmlDeviceGetHandleByIndex(self, index: int) -> object:
        if self.gpus[index].lost:
            raise FakeError("GPU is lost")
        return self.gpus[index]

    def nvmlDeviceGetName(self, handle: object) -> str | bytes:
        return _words(_gpu(handle).name)

    def nvmlDeviceGetUUID(self, handle: object) -> str | bytes:
        return _words(_gpu(handle).uuid)

    def nvmlDeviceGetMemoryInfo(self, handle: object) -> FakeMemory:
        return FakeMemory(_answer(_gpu(handle).memory))

    def nvmlDeviceGetCudaComputeCapability(self, handle: object) -> Sequence[int]:
        return _answer(_gpu(handle).capability)

    def nvmlDeviceGetMigMode(self, handle: object) -> Sequence[int]:
        slices = _gpu(handle).slices
        if slices is None:
            raise FakeNotSupportedError("Not Supported")
        return [1, 0] if slices else [0, 1]

    def nvmlDeviceGetMaxMigDeviceCount(self, handle: object) -> int:
        return len(_gpu(handle).slices or ())

    def nvmlDeviceGetMigDeviceHandleByIndex(self, handle: object, index: int) -> object:
        found = (_gpu(handle).slices or ())[index]
        if found is None:
            raise FakeError("Not Found")
        return found


def _gpu(handle: object) -> FakeGpu:
    assert isinstance(handle, FakeGpu)
    return handle


def _answer(value: _Value | Exception) -> _Value:
    if isinstance(value, Exception):
        raise value
    return value


def _words(value: str | bytes | Exception) -> str | bytes:
    if isinstance(value, Exception):
        raise value
    return value
