"""The machine this runs on, as a profile. The only layer that runs commands or opens NVML; see `detect`."""

from resolver.domain.profile import Accelerator, Profile
from resolver.hardware.amd import amd_accelerators
from resolver.hardware.apple import apple_accelerators
from resolver.hardware.declared import profile_of_facts
from resolver.hardware.intel import intel_accelerators
from resolver.hardware.interpreter import installed_versions, versions_in
from resolver.hardware.machine import Machine, this_machine
from resolver.hardware.memory import memory
from resolver.hardware.nvidia import nvidia_accelerators
from resolver.hardware.processor import processor
from resolver.hardware.read import profile_from
from resolver.hardware.runtimes import runtimes
from resolver.hardware.saved import document, saved_document
from resolver.hardware.system import operating_system
from resolver.hardware.volatile import volatile

__all__ = [
    "Machine",
    "detect",
    "document",
    "installed_versions",
    "profile_from",
    "profile_of_facts",
    "saved_document",
    "this_machine",
    "versions_in",
]


def detect(machine: Machine) -> Profile:
    """Ask the machine everything. Unknown is None; whatever its files hold, nothing is raised."""
    found = _accelerators(machine)
    return Profile(
        os=operating_system(machine),
        cpu=processor(machine),
        memory=memory(machine),
        accelerators=found or (),
        accelerators_known=found is not None,
        runtimes=runtimes(machine),
        volatile=volatile(machine),
    )


def _accelerators(machine: Machine) -> tuple[Accelerator, ...] | None:
    """Every device; None if there is none that could be asked, and one that could not.

    An Intel GPU does not answer for an NVIDIA one that could not be asked: selectors do not know it.
    """
    nvidia = nvidia_accelerators(machine) if machine.system != "Darwin" else ()
    others = amd_accelerators(machine) + apple_accelerators(machine)
    if nvidia is None and not others:
        return None
    return (nvidia or ()) + others + intel_accelerators(machine)
