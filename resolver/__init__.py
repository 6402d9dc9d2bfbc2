"""A lockfile for model weights: declare, lock, sync, verify.

From a pipeline: `path`, `settings`, `environment` and `ensure`, and the errors that they raise. They are imported when
they are first asked for, so that `models --version` stays as quick as Python.
"""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

__all__ = [
    "AccessRefusedError",
    "DiskError",
    "MismatchError",
    "MissingLockError",
    "ModelsError",
    "NetworkError",
    "NotPlacedError",
    "OfflineError",
    "OutsideError",
    "Setting",
    "StaleLockError",
    "UnknownNameError",
    "UsageError",
    "__version__",
    "ensure",
    "environment",
    "path",
    "settings",
]

if TYPE_CHECKING:
    from resolver.api import Setting, ensure, environment, path, settings
    from resolver.domain.errors import (
        AccessRefusedError,
        DiskError,
        MismatchError,
        MissingLockError,
        ModelsError,
        NetworkError,
        NotPlacedError,
        OfflineError,
        OutsideError,
        StaleLockError,
        UnknownNameError,
        UsageError,
    )

else:
    _API = ("Setting", "ensure", "environment", "path", "settings")

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'resolver' has no attribute {name!r}")
        import importlib

        module = importlib.import_module("resolver.api" if name in _API else "resolver.domain.errors")
        found = globals()[name] = getattr(module, name)
        return found

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
