"""A lockfile for model weights: declare, lock, sync, verify."""

__version__ = "0.1.0"

__all__ = ["__version__"]
