"""torch.hub on a machine with a network, for a repository whose default branch is `master`: GitHub has no `main`.

The answer is GitHub's; what torch then does is its own.
"""

from email.message import Message
from typing import Any, NoReturn
from unittest import mock
from urllib.error import HTTPError

import torch


def no_main(address: str) -> NoReturn:
    raise HTTPError(address, 404, "Not Found", Message(), None)


def load(opened: str) -> Any:
    with mock.patch.object(torch.hub, "urlopen", no_main):
        return torch.hub.load(opened, "small")


def said(layer: Any) -> float:
    """The number that its weights carry."""
    return float(layer.bias[0])
