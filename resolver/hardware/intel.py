"""Intel GPUs, asked of Intel's own tool."""

from collections.abc import Mapping

from resolver.domain.profile import Accelerator
from resolver.hardware.answers import json_in, object_in, telling
from resolver.hardware.machine import Machine, whole_number

_DISCOVERY = ("xpu-smi", "discovery")
_MOST_DEVICES = 64


def intel_accelerators(machine: Machine) -> tuple[Accelerator, ...]:
    """The GPUs that `xpu-smi` tells of. They are shown and not selected by (`Profile.facts`).

    Its list has names; memory and driver are in a document of each device (intel/xpumanager, "Discovery"). Without
    the tool there are none: sysfs would list the graphics of most processors, with neither name nor memory.
    """
    if machine.system == "Darwin":
        return ()
    listed = object_in(json_in(machine.run([*_DISCOVERY, "-j"]))).get("device_list")
    entries = listed[:_MOST_DEVICES] if isinstance(listed, list) else []
    return tuple(_device(machine, entry) for entry in entries if isinstance(entry, dict))


def _device(machine: Machine, entry: Mapping[object, object]) -> Accelerator:
    """Its memory is text up to release 1.3 and a number since 2.0; 0 where Level Zero tells none."""
    number = whole_number(str(entry.get("device_id")))
    details = None if number is None else machine.run([*_DISCOVERY, "-d", str(number), "-j"])
    told = {**entry, **object_in(json_in(details))}
    return Accelerator(
        kind="intel",
        name=telling(told.get("device_name")),
        memory=whole_number(str(told.get("memory_physical_size_byte"))) or None,
        driver=telling(told.get("driver_version")),
    )
