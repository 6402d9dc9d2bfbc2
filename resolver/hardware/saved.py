"""A profile as JSON: what `models hardware --json` prints and `--save` writes (formats.md, "Profile")."""

from collections.abc import Mapping

from resolver.domain.profile import SCHEMA, Accelerator, Profile

_RECOMMENDED = ("whisper_model", "compute_type", "batch_size", "device")


def document(profile: Profile) -> dict[str, object]:
    """The profile as plain values; None is unknown. `profile_from` reads it back to an equal profile.

    `accelerators` is None where it is unknown whether there are any, and empty where there are none. A declared
    profile has its facts besides, as its parts cannot hold every combination of them.
    """
    written: dict[str, object] = {
        "schema": SCHEMA,
        "name": profile.name,
        "source": profile.source,
        "os": _operating_system(profile),
        "cpu": _processor(profile),
        "memory": {
            "total": profile.memory.total,
            "limit": profile.memory.limit,
            "usable": profile.memory.usable,
        },
        "accelerators": _accelerators(profile),
        "runtimes": {name: profile.runtimes[name] for name in sorted(profile.runtimes)},
        "volatile": {name: profile.volatile[name] for name in sorted(profile.volatile)},
    }
    if profile.declared is not None:
        written["facts"] = profile.declared.known()
    return written


def saved_document(profile: Profile, recommended: Mapping[str, object]) -> dict[str, object]:
    """The content of out/hardware_cache.json: the profile, and the keys that the old script's readers ask for.

    `recommended` is what was selected for speech recognition: `whisper_model` and the variant's settings. Keys of
    the old script that it lacks (all, if nothing was selected) are None; settings of its own are kept.
    """
    settings = {**dict.fromkeys(_RECOMMENDED), **recommended}
    return {**document(profile), "recommended_settings": settings}


def _operating_system(profile: Profile) -> dict[str, object]:
    system = profile.os
    return {
        "name": system.name or None,
        "release": system.release,
        "libc": system.libc,
        "wsl": system.wsl,
        "container": system.container,
    }


def _processor(profile: Profile) -> dict[str, object]:
    cpu = profile.cpu
    return {
        "arch": cpu.arch or None,
        "model": cpu.model,
        "features": None if cpu.features is None else list(cpu.features),
        "logical": cpu.logical,
        "usable": cpu.usable,
    }


def _accelerators(profile: Profile) -> list[dict[str, object]] | None:
    if not profile.accelerators and not profile.accelerators_known:
        return None
    return [_accelerator(device) for device in profile.accelerators]


def _accelerator(device: Accelerator) -> dict[str, object]:
    return {
        "kind": device.kind,
        "name": device.name,
        "memory": device.memory,
        "unified": device.unified,
        "compute_capability": device.compute_capability,
        "driver": device.driver,
        "cuda": device.cuda,
        "mig": device.mig,
    }
