"""A profile that was declared by its facts rather than detected."""

from resolver.domain.facts import Facts
from resolver.domain.profile import Accelerator, Memory, OperatingSystem, Processor, Profile


def profile_of_facts(name: str, facts: Facts) -> Profile:
    """The profile that a manifest or a lock declares under `profiles:`.

    The facts stand for the rest; the parts repeat them, so that a declared profile prints like a detected one. An
    undeclared system or architecture is the empty text there.
    """
    return Profile(
        os=OperatingSystem(name=facts.os or ""),
        cpu=Processor(arch=facts.arch or "", usable=facts.cores),
        memory=Memory(usable=facts.ram),
        accelerators=_devices(facts),
        accelerators_known=facts.accelerator is not None,
        name=name,
        source="declared",
        declared=facts,
    )


def _devices(facts: Facts) -> tuple[Accelerator, ...]:
    if facts.accelerator in (None, "none"):
        return ()
    device = Accelerator(
        kind=facts.accelerator or "",
        memory=facts.vram,
        unified=facts.unified_memory,
        compute_capability=facts.compute_capability,
        cuda=facts.cuda,
    )
    return (device,)
