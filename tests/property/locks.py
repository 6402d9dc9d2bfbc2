"""Whole locks as hypothesis builds them: everything that the format can hold, in the order that the lock keeps."""

from collections.abc import Mapping

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from resolver.domain.facts import ACCELERATORS, ARCHITECTURES, OPERATING_SYSTEMS, Facts
from resolver.domain.globs import FileFilter
from resolver.domain.lock import Artifact, Choice, Dependency, File, Lock, LockedProfile, Skipped
from resolver.domain.manifest import Model, Needs, Policy, Variant
from resolver.domain.names import folded, objections, path_objection
from resolver.domain.selector import Mismatch, parse_selector

patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
"""Building a whole lock takes hypothesis some 50 ms."""

BYTES = st.integers(0, 2**63 - 1)
TEXT = st.text(max_size=6) | st.sampled_from(["", '"', "\\", "\n", "\u2028", "main", ">=5,<7", "<<<<<<<", "\x00"])
SEGMENTS = st.text("abAB.-_ \u00e9\u6a21", min_size=1, max_size=4)
NAMES = SEGMENTS.filter(lambda name: path_objection(name) is None)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map("/".join)
SHA256 = st.integers(0, 2**256 - 1).map("{:064x}".format)
COMMITS = st.integers(0, 2**160 - 1).map("{:040x}".format)
KEYS = st.tuples(st.sampled_from(["hf:org/a", "pypi:b", "url:https://h/c@d", "file:./e"]), TEXT).map("@".join)
SORTED_TEXTS = st.lists(TEXT, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
FILTERS = st.none() | st.builds(FileFilter, SORTED_TEXTS, SORTED_TEXTS)
REQUIREMENTS = st.tuples(
    st.from_regex(r"[A-Za-z0-9]{1,3}(\[[a-z]{1,2}\])?", fullmatch=True),
    st.sampled_from(["", ">=1", "<3,>=1.24", "==1.*", "~=2.0", "===x"]),
    st.sampled_from(
        ["", '; python_version >= "3.9"', '; (os_name == "a" or "b" in sys_platform) and os_name != "\u00e9"']
    ),
).map("".join)
FILES = st.builds(File, PATHS, BYTES, SHA256)
ARCHIVES = st.builds(File, NAMES, BYTES, SHA256)
NUMBERS = st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
SELECTORS = st.recursive(
    st.fixed_dictionaries(
        {},
        optional={
            "os": st.sampled_from(["linux", ["darwin", "windows"]]),
            "accelerator": st.sampled_from(["none", ["cuda", "rocm"]]),
            "cuda": st.sampled_from(["12", ">=12", "<12,>=11", 12.8]),
            "vram": st.sampled_from([">=8GB", "24GB", ["0", ">8GB"], 5]),
        },
    ),
    lambda inner: st.one_of(
        inner.filter(bool).map(lambda one: {"not": one}),
        st.lists(inner.filter(bool), min_size=1, max_size=2).map(lambda some: {"any": some}),
    ),
    max_leaves=3,
).map(parse_selector)
FACTS = st.builds(
    Facts,
    os=st.none() | st.sampled_from(OPERATING_SYSTEMS),
    arch=st.none() | st.sampled_from(ARCHITECTURES),
    accelerator=st.none() | st.sampled_from(ACCELERATORS),
    cuda=st.sampled_from([None, "12", "12.8"]),
    compute_capability=st.sampled_from([None, "8.6"]),
    vram=st.none() | BYTES,
    ram=st.none() | BYTES,
    cores=st.none() | st.integers(0, 4096),
)
SKIPPED = st.builds(Skipped, st.lists(st.builds(Mismatch, TEXT, TEXT, st.none() | TEXT), max_size=2).map(tuple))
POLICIES = st.builds(
    Policy,
    licenses_allow=st.none() | SORTED_TEXTS,
    licenses_deny=SORTED_TEXTS,
    pickle=st.sampled_from(["deny", "warn", "allow"]),
    remote_code=st.sampled_from(["deny", "warn", "allow"]),
)
BUDGETS = st.dictionaries(st.sampled_from(["ram", "vram"]), st.integers(1, 100))


def _together(files: list[File]) -> tuple[File, ...]:
    """Those that can lie in one folder, in the order of the lock."""
    kept: list[File] = []
    for file in files:
        if not objections([one.path for one in (*kept, file)]):
            kept.append(file)
    return tuple(sorted(kept, key=lambda one: one.path))


def _sorted_edges(edges: list[Dependency]) -> tuple[Dependency, ...]:
    return tuple(sorted(edges, key=lambda edge: (edge.artifact, edge.because)))


def _edge_of_its_own(edge: Dependency) -> tuple[str, str]:
    return edge.artifact, edge.because


def _artifacts(key: str, keys: list[str]) -> st.SearchStrategy[Artifact]:
    edges = st.builds(Dependency, st.sampled_from(keys), TEXT, FILTERS)
    return st.builds(
        Artifact,
        key=st.just(key),
        commit=st.none() | COMMITS,
        version=st.none() | TEXT,
        files=st.lists(FILES, max_size=4).map(_together),
        license=st.none() | TEXT,
        license_stated=st.booleans(),
        gated=st.booleans(),
        upstream_id=st.none() | TEXT,
        flags=SORTED_TEXTS,
        dependencies=st.lists(edges, max_size=2, unique_by=_edge_of_its_own).map(_sorted_edges),
        archive=st.none() | ARCHIVES,
        index=st.none() | TEXT.filter(bool),
        requires=st.lists(REQUIREMENTS, max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
    )


def _variants(keys: list[str]) -> st.SearchStrategy[Variant]:
    return st.builds(
        Variant,
        name=TEXT,
        artifact=st.sampled_from(keys),
        runtime=TEXT,
        category=TEXT,
        when=SELECTORS,
        needs=st.builds(Needs, BYTES, BYTES),
        requires=SORTED_TEXTS,
        files=FILTERS,
        settings=st.dictionaries(TEXT, JSON, max_size=3),
        depends=st.lists(st.sampled_from(keys), max_size=2, unique=True).map(lambda some: tuple(sorted(some))),
    )


def _models(keys: list[str]) -> st.SearchStrategy[Model]:
    return st.builds(
        Model,
        name=NAMES,
        variants=st.lists(_variants(keys), min_size=1, max_size=3, unique_by=lambda one: one.name).map(tuple),
        optional=st.booleans(),
        group=TEXT,
        allow=SORTED_TEXTS,
    )


@st.composite
def _selections(draw: st.DrawFn, models: tuple[Model, ...]) -> Mapping[str, Choice]:
    return {one.name: draw(SKIPPED | st.sampled_from([it.name for it in one.variants])) for one in models}


@st.composite
def locks(draw: st.DrawFn) -> Lock:
    """A lock as it comes back from its text: what has no order of its own is sorted."""
    keys = draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    models = tuple(draw(st.lists(_models(keys), max_size=3, unique_by=lambda one: folded(one.name))))
    profiles = st.builds(LockedProfile, FACTS, _selections(models))
    return Lock(
        models=models,
        artifacts={key: draw(_artifacts(key, keys)) for key in keys},
        policy=draw(POLICIES),
        budget=draw(BUDGETS),
        cache=draw(PATHS),
        profiles=draw(st.dictionaries(TEXT, profiles, max_size=2)),
    )
