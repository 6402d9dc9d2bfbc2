"""The shape of a selector for editors; what it means, and whether it is right, says `resolver.domain.selector`."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WrapValidator

from resolver.documents.fields import Accelerators, Architectures, Comparison, OperatingSystems
from resolver.documents.kinds import WrongTextError


class SelectorTable(BaseModel):
    """Which machines a variant is for: every condition must hold."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    os: OperatingSystems = None
    """The operating system, or a list of them."""
    arch: Architectures = None
    """The processor's architecture, or a list of them."""
    accelerator: Accelerators = None
    """What computes beside the processor, or a list; `none` is a machine without."""
    cuda: Comparison = Field(default=None, examples=[">=12.0"])
    """The CUDA version that the driver supports."""
    compute_capability: Comparison = Field(default=None, examples=[">=7.0"])
    """The compute capability of the largest device."""
    vram: Comparison = Field(default=None, examples=[">=8GB,<24GB"])
    """Memory of the largest device."""
    ram: Comparison = Field(default=None, examples=[">=16GB"])
    """Usable memory."""
    cores: Comparison = Field(default=None, examples=[">=8"])
    """Usable cores."""
    any_: list["SelectorTable"] = Field(default=[], alias="any", min_length=1)
    """Selectors of which at least one must hold."""
    not_: "SelectorTable | None" = Field(default=None, alias="not")
    """A selector that must not hold."""


def _mapping(value: object, _: object) -> object:
    if not isinstance(value, dict):
        raise WrongTextError("takes a mapping of facts", "write it like when: {accelerator: cuda}")
    return value


When = Annotated[SelectorTable, WrapValidator(_mapping)]
"""A mapping whose content is judged later, by the one grammar of selectors."""
