"""A profile from JSON: what `--profile FILE` reads."""

import re
from collections.abc import Mapping
from dataclasses import replace

from resolver.domain.errors import UsageError
from resolver.domain.facts import ARCHITECTURES, OPERATING_SYSTEMS, Facts, facts_from
from resolver.domain.profile import DEVICE_KINDS, SCHEMA, Accelerator, Memory, OperatingSystem, Processor, Profile
from resolver.hardware.section import Section

_SOURCES = ("declared", "detected")


def profile_from(document: Mapping[str, object], name: str | None = None) -> Profile:
    """The profile of a document that `models hardware` printed or saved.

    `name` (the file's, say) is for messages, and for a profile that has no name of its own. Keys that are not of
    the profile are ignored, missing ones are unknown.

    Raises:
        UsageError: the document is no profile, is of a newer version, or a key has the wrong type.
    """
    top = Section(document, name or "the profile")
    _check_version(top)
    devices = top.sections("accelerators")
    profile = Profile(
        os=_operating_system(top.section("os")),
        cpu=_processor(top.section("cpu")),
        memory=_memory(top.section("memory")),
        accelerators=tuple(map(_accelerator, devices or ())),
        accelerators_known=devices is not None,
        runtimes=_runtimes(top.section("runtimes")),
        volatile=_volatile(top.section("volatile")),
        name=top.text("name") or name,
        source=top.word("source", _SOURCES) or "detected",
    )
    return replace(profile, declared=_declared(top, profile))


def _check_version(top: Section) -> None:
    schema = top.text("schema") or ""
    family, _, version = SCHEMA.rpartition("/")
    found = re.fullmatch(rf"{re.escape(family)}/([0-9]{{1,9}})", schema)
    if found is None:
        raise UsageError(
            f"{top.file}: not a hardware profile (its schema is {schema or None!r}, not {SCHEMA!r})",
            hint="write one with `models hardware --save`",
        )
    if int(found[1]) > int(version):
        raise UsageError(
            f"{top.file}: written by a newer release ({schema}); this one reads up to {SCHEMA}",
            hint="update `models`, or write the profile again with this release: models hardware --save",
        )


def _declared(top: Section, profile: Profile) -> Facts | None:
    """The facts that stand for the rest.

    Those of a declared profile; and where the system or architecture is unknown, what the rest says without them.
    """
    if profile.source == "declared" and top.values.get("facts") is not None:
        try:
            return facts_from(top.section("facts").values)
        except ValueError as error:
            raise UsageError(f"{top.file}: facts: {error}") from error
    if profile.source == "detected" and profile.os.name and profile.cpu.arch:
        return None
    facts = profile.facts
    return replace(facts, os=facts.os or None, arch=facts.arch or None)


def _operating_system(at: Section) -> OperatingSystem:
    return OperatingSystem(
        name=at.word("name", OPERATING_SYSTEMS) or "",
        release=at.text("release"),
        libc=at.text("libc"),
        wsl=at.flag("wsl"),
        container=at.flag("container"),
    )


def _processor(at: Section) -> Processor:
    return Processor(
        arch=at.word("arch", ARCHITECTURES) or "",
        model=at.text("model"),
        features=at.texts("features"),
        logical=at.number("logical", least=1),
        usable=at.number("usable", least=1),
    )


def _memory(at: Section) -> Memory:
    return Memory(total=at.number("total"), limit=at.number("limit"), usable=at.number("usable"))


def _accelerator(at: Section) -> Accelerator:
    kind = at.word("kind", DEVICE_KINDS)
    if kind is None:
        raise at.wrong("kind", f"one of {', '.join(DEVICE_KINDS)}")
    return Accelerator(
        kind=kind,
        name=at.text("name"),
        memory=at.number("memory"),
        unified=at.flag("unified"),
        compute_capability=at.version("compute_capability"),
        driver=at.text("driver"),
        cuda=at.version("cuda"),
        mig=at.flag("mig"),
    )


def _runtimes(at: Section) -> dict[str, str]:
    found = ((name, at.text(name)) for name in at.values)
    return {name: version for name, version in found if version is not None}


def _volatile(at: Section) -> dict[str, int | None]:
    return {name: at.number(name) for name in at.values}
