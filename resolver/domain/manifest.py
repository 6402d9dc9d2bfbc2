"""What people ask for: models.yaml as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from resolver.domain.facts import Facts
from resolver.domain.globs import FileFilter
from resolver.domain.selector import Selector

PICKLE = "pickle"
CODE = "code"
CUSTOM_LOADER = "custom_loader"
MAIN = "main"
DEFAULT_CACHE = ".cache"
DEFAULT_GROUP = "default"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a source. `key` names it in the lock: the source and the request as written, never the pin."""

    source: str
    revision: str | None = None
    version: str | None = None
    sha256: str | None = None
    unpack: bool = False
    index: str | None = None
    license: str | None = None

    @property
    def kind(self) -> str:
        """The part of the source before the colon."""
        return self.source.partition(":")[0]

    @property
    def name(self) -> str:
        """The part of the source after the colon."""
        return self.source.partition(":")[2]


@dataclass(frozen=True, slots=True)
class Needs:
    """Bytes of memory that a loaded variant takes; threshold and joint budget in one."""

    vram: int = 0
    ram: int = 0


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to meet a model's need; `artifact` is a key of the lock's artifacts."""

    name: str
    artifact: str
    runtime: str
    category: str
    when: Selector = Selector()
    needs: Needs = Needs()
    requires: tuple[str, ...] = ()
    files: FileFilter | None = None
    settings: Mapping[str, object] = field(default_factory=dict)
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """A named need with its variants in order of preference; `allow` are exceptions to the policy."""

    name: str
    variants: tuple[Variant, ...]
    optional: bool = False
    group: str = DEFAULT_GROUP
    allow: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be locked. `licenses_allow` None: every licence that is not denied; verdicts are deny, warn or allow."""

    licenses_allow: tuple[str, ...] | None = None
    licenses_deny: tuple[str, ...] = ()
    pickle: str = "warn"
    remote_code: str = "warn"


@dataclass(frozen=True, slots=True)
class Manifest:
    """models.yaml. `requests` holds what each artifact key asks for; `budget` maps vram and ram to whole percents."""

    models: tuple[Model, ...]
    requests: Mapping[str, Request]
    profiles: Mapping[str, Facts] = field(default_factory=dict)
    budget: Mapping[str, int] = field(default_factory=dict)
    policy: Policy = Policy()
    cache: str = DEFAULT_CACHE
