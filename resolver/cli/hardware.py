"""`models hardware`."""

import sys

import click

from resolver.cli import options
from resolver.cli.documents import profile_document, write
from resolver.cli.options import Session, common
from resolver.cli.tables import say, show, tell
from resolver.cli.texts import machine_line
from resolver.domain.profile import Accelerator, Profile
from resolver.domain.quantities import format_size


@click.command()
@click.option("--save", is_flag=True, help="Also write out/hardware_cache.json.")
@options.profile_option
@common
def hardware(session: Session, *, save: bool, profile: str | None) -> int:
    """What this machine is, as selectors see it; --json prints the profile that --profile accepts."""
    from resolver.workflows import hardware as workflow

    workspace = session.workspace()
    found = workflow.machine(workspace, session.profile(profile))
    target = workflow.save(workspace, found) if save else None
    if session.json:
        write("profile", 0, profile_document(found))
    else:
        _show(found)
    if target and not session.quiet:
        say(f"Saved {target.relative_to(workspace.project).as_posix()}")
    return 0


def _show(profile: Profile) -> None:
    tell(machine_line(profile), sys.stdout)
    rows = [(f"  {name}", _fact(name, value)) for name, value in profile.facts.known().items()]
    unknown = [name for name in profile.facts.unknown() if not profile.facts.does_not_apply(name)]
    rows += [(f"  {name}", "unknown") for name in unknown]
    rows += [(f"  {one.kind} device", _device(one)) for one in profile.accelerators if profile.source == "detected"]
    rows += [(f"  {name}", version) for name, version in sorted(profile.runtimes.items())]
    show(rows, sys.stdout)


def _fact(name: str, value: str | int) -> str:
    return f"{value} ({format_size(int(value))})" if name in ("ram", "vram") else str(value)


def _device(device: Accelerator) -> str:
    """Name, memory and driver of one device; the facts are those of one of them only."""
    memory = "memory unknown" if device.memory is None else format_size(device.memory)
    shared = "shared with the processor" if device.unified else None
    driver = f"driver {device.driver}" if device.driver else None
    return " · ".join(part for part in (device.name or "unnamed", memory, shared, driver) if part)
