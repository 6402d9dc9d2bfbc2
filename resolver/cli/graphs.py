"""The JSON documents of what needs what: `models tree` and `models why`; keys are only ever added."""

from resolver.cli.documents import Document, mismatch_documents, profile_document
from resolver.domain.lock import Artifact
from resolver.domain.manifest import Model
from resolver.workflows.dependencies import TreeReport, Way, WhyReport


def tree_document(report: TreeReport) -> Document:
    """Every artifact that is shown with its edges, and every model with its variants."""
    shown = {key for several in report.variants.values() for one in several for key in report.lock.wanted(one)}
    return {
        "profile": profile_document(report.profile) if report.profile else None,
        "models": [_tree_model(report, model) for model in report.lock.models],
        "artifacts": [_tree_artifact(one) for key, one in report.lock.artifacts.items() if key in shown],
        "stale": report.stale,
    }


def _tree_model(report: TreeReport, model: Model) -> Document:
    skipped = report.skipped.get(model.name)
    return {
        "name": model.name,
        "optional": model.optional,
        "group": model.group,
        "variants": [
            {
                "name": one.name,
                "artifact": one.artifact,
                "runtime": one.runtime,
                "category": one.category,
                "sizes": {key: sum(file.size for file in files) for key, files in report.lock.wanted(one).items()},
            }
            for one in report.variants.get(model.name, ())
        ],
        "skipped": mismatch_documents(skipped.because) if skipped else None,
    }


def _tree_artifact(artifact: Artifact) -> Document:
    return {
        "artifact": artifact.key,
        "source": artifact.source,
        "commit": artifact.commit,
        "version": artifact.version,
        "license": artifact.license,
        "gated": artifact.gated,
        "flags": list(artifact.flags),
        "size": sum(file.size for file in artifact.files),
        "dependencies": [{"artifact": one.artifact, "because": one.because} for one in artifact.dependencies],
    }


def why_document(report: WhyReport) -> Document:
    """Every path; its first step says besides which variant of which model begins it."""
    return {"name": report.name, "paths": [_path(way) for way in report.ways], "stale": report.stale}


def _path(way: Way) -> list[Document]:
    steps: list[Document] = [{"artifact": one.artifact, "because": one.because} for one in way.steps]
    steps[0] |= {"model": way.model, "variant": way.variant}
    return steps
