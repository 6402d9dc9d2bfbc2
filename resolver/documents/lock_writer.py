"""models.lock as text: one fixed layout, one fact a line, one file a line, the same bytes for the same lock."""

import json
from collections.abc import Iterable, Mapping

from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Choice, Dependency, File, Lock, LockedProfile, Skipped
from resolver.domain.manifest import Model, Needs, Policy, Variant

LOCK_VERSION = 1


def lock_text(lock: Lock) -> bytes:
    """The bytes of models.lock: UTF-8, LF, keys in a fixed order, a newline at the end."""
    profiles = _joined(_profile(name, lock.profiles[name]) for name in sorted(lock.profiles))
    artifacts = _joined(_artifact(lock.artifacts[key]) for key in sorted(lock.artifacts))
    judged = f'"policy": {_json(_policy(lock.policy))}, "budget": {_json(_budget(lock.budget))}'
    sections = [
        f'"lock_version": {LOCK_VERSION},\n"generated_by": "models lock"',
        f'"models": [\n{_joined(_model(model) for model in lock.models)}\n]',
        f'"artifacts": {{\n{artifacts}\n}}',
        f'{judged}, "cache": {_json(lock.cache)}',
        f'"profiles": {{\n{profiles}\n}}',
    ]
    return ("{\n" + ",\n\n".join(sections) + "\n}\n").encode()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _joined(blocks: Iterable[str]) -> str:
    return ",\n".join(blocks)


def _model(model: Model) -> str:
    head = {"name": model.name, "optional": model.optional, "group": model.group, "allow": sorted(model.allow)}
    variants = _joined(_variant(variant) for variant in model.variants)
    return f'{_json(head)[:-1]}, "variants": [\n{variants}\n]}}'


def _variant(variant: Variant) -> str:
    first = {
        "name": variant.name,
        "artifact": variant.artifact,
        "runtime": variant.runtime,
        "category": variant.category,
    }
    second = {
        "when": variant.when.written,
        "needs": _needs(variant.needs),
        "requires": sorted(variant.requires),
        "files": _filter(variant.files),
        "settings": _sorted(variant.settings),
        "depends": sorted(variant.depends),
    }
    return f" {_json(first)[:-1]},\n  {_json(second)[1:]}"


def _needs(needs: Needs) -> dict[str, int]:
    return {name: size for name, size in (("ram", needs.ram), ("vram", needs.vram)) if size}


def _filter(files: FileFilter | None) -> dict[str, list[str]] | None:
    if files is None:
        return None
    return {"include": sorted(files.include), "exclude": sorted(files.exclude)}


def _sorted(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _sorted(value[key]) for key in sorted(value)}
    if isinstance(value, (list, tuple)):
        return [_sorted(one) for one in value]
    return value


def _artifact(artifact: Artifact) -> str:
    stated = ', "license_stated": true' if artifact.license_stated else ""
    index = f',\n "index": {_json(artifact.index)}' if artifact.index else ""
    requires = f',\n "requires": {_json(sorted(artifact.requires))}' if artifact.requires else ""
    edges = _joined(f"  {_json(_edge(edge))}" for edge in sorted(artifact.dependencies, key=_edge_order))
    needed = f"[\n{edges}\n ]" if edges else "[]"
    files = _joined(f"  {_json(_file(file))}" for file in sorted(artifact.files, key=lambda file: file.path))
    return (
        f"{_json(artifact.key)}: {{\n"
        f' "commit": {_json(artifact.commit)},\n'
        f' "version": {_json(artifact.version)},\n'
        f' "license": {_json(artifact.license)}{stated}, "gated": {_json(artifact.gated)},'
        f' "upstream_id": {_json(artifact.upstream_id)},\n'
        f' "flags": {_json(sorted(artifact.flags))}{index}{requires},\n'
        f' "dependencies": {needed},\n'
        f' "archive": {_json(_file(artifact.archive) if artifact.archive else None)},\n'
        f' "files": [\n{files}\n ]}}'
    )


def _edge(edge: Dependency) -> dict[str, object]:
    files = {} if edge.files is None else {"files": _filter(edge.files)}
    return {"artifact": edge.artifact, "because": edge.because, **files}


def _edge_order(edge: Dependency) -> tuple[str, str, str]:
    return edge.artifact, edge.because, _json(_filter(edge.files))


def _file(file: File) -> dict[str, object]:
    return {"path": file.path, "size": file.size, "sha256": file.sha256}


def _policy(policy: Policy) -> dict[str, object]:
    allow = None if policy.licenses_allow is None else sorted(policy.licenses_allow)
    return {
        "licenses": {"allow": allow, "deny": sorted(policy.licenses_deny)},
        "pickle": policy.pickle,
        "remote_code": policy.remote_code,
    }


def _budget(budget: Mapping[str, int]) -> dict[str, str]:
    return {name: f"{budget[name]}%" for name in sorted(budget)}


def _profile(name: str, profile: LockedProfile) -> str:
    choices = _joined(
        f"  {_json(model)}: {_json(choice_document(choice))}" for model, choice in profile.selection.items()
    )
    return f'{_json(name)}: {{\n "facts": {_json(profile.facts.known())},\n "selection": {{\n{choices}\n }}}}'


def choice_document(choice: Choice) -> object:
    """A choice as the lock and the JSON outputs write it: a variant's name, or why the model is skipped."""
    if not isinstance(choice, Skipped):
        return choice
    return {"skipped": [{"fact": one.fact, "wanted": one.wanted, "found": one.found} for one in choice.because]}
