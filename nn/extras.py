"""Packages that only the nn extra brings, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from autograd import MissingExtraError


def need(module: str, package: str | None = None) -> Any:
    """The module, imported now; MissingExtraError that says what to install where it is absent.

    >>> need("math").sqrt(4.0)
    2.0
    """
    try:
        return import_module(module)
    except ImportError as missing:
        root = module.partition(".")[0]
        if (missing.name or "").partition(".")[0] != root:
            raise
        raise MissingExtraError(package or root, "nn") from missing
