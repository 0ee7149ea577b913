"""The library's own functions of numbers, translated from Python to LLVM: the same operations, the same bits.

A primitive is declared once, with a function it evaluates to; what that function says is what the machine
does. The subset of Python that `autograd.special` keeps to is understood: numbers, pairs and lists of them,
`if`, `for` and `while`, and calls of `math` and of each other. Anything else is Untranslatable.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from autograd.compiler.translation import source
from autograd.compiler.translation.function import Function, Translation
from autograd.compiler.translation.kinds import Untranslatable
from autograd.compiler.translation.source import Source


@cache
def native(name: str) -> str | None:
    """The symbol of a primitive's evaluation as machine code; None where it is not the library's own.

    >>> native("gelu")
    'autograd.special.gelu_family.gelu'
    """
    found = source.evaluation(name)
    if found is None:
        return None
    symbol = f"{found.module}.{found.name}"
    try:
        _every(symbol)
    except (Untranslatable, OSError):
        return None
    return symbol


def takes_list(name: str) -> bool:
    """Whether a primitive's evaluation takes its operands as one list."""
    found = source.evaluation(name)
    return found is not None and found.node.args.vararg is not None


@cache
def translated(symbol: str) -> Translation:
    """The function of a symbol, which is a module and a name in it."""
    module, _, name = symbol.rpartition(".")
    if module.endswith(".evaluate"):
        found: Any = source.evaluation(name)
    else:
        found = source.resolve(module, name)
    if not isinstance(found, Source):
        raise Untranslatable(symbol)
    return Function(symbol, found).translation()


def _every(symbol: str) -> None:
    """Translate the function and all that it calls."""
    seen: set[str] = set()
    waiting = [symbol]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            needed = [need.rpartition("/")[0] for need, _ in translated(at).needs]
            waiting += [need for need in needed if need.startswith("autograd.")]
