"""The library's own functions of numbers, translated from Python to LLVM: the same operations, the same bits.

A primitive is declared once, with a function it evaluates to; what that function says is what the machine
does. The subset of Python that `autograd.special` keeps to is understood: numbers, pairs and lists of them,
`if`, `for` and `while`, and calls of `math` and of each other. Anything else is Untranslatable.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from autograd.compiler.translation import source
from autograd.compiler.translation.function import Function, Translation
from autograd.compiler.translation.kinds import Untranslatable
from autograd.compiler.translation.lanes import LaneFunction
from autograd.compiler.translation.source import Source
from autograd.compiler.vector import VECTOR

_CHEAP: Final = 120  # instructions
# Long sums and products, in which another way of taking exp than C's would move results by more than 2 ULP:
# called lane by lane, they have the bits of eager results.
_BY_LANES: Final = frozenset(
    {
        "autograd.special.activation.mish",
        "autograd.special.activation.mish_slope",
        "autograd.special.activation.silu_slope",
        "autograd.special.gelu_family.gelu_tanh",
        "autograd.special.gelu_family.gelu_tanh_slope",
        "autograd.special.logarithmic.logaddexp",
        "autograd.special.logarithmic.log1mexp_slope",
        "autograd.special.gamma_family.gamma",
    }
)
_UNDER_WAY: Final[set[tuple[str, int]]] = set()  # a function that calls itself calls itself lane by lane


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


@cache
def vectorised(symbol: str, width: int) -> Translation | None:
    """The function of a symbol on that many lanes at once; None where lane by lane is the better way."""
    module, _, name = symbol.rpartition(".")
    found = source.evaluation(name) if module.endswith(".evaluate") else source.resolve(module, name)
    if not isinstance(found, Source) or symbol in _BY_LANES or (symbol, width) in _UNDER_WAY:
        return None
    _UNDER_WAY.add((symbol, width))
    try:
        return LaneFunction(symbol, found, width, lambda other: _straight(other, width)).translation()
    except Untranslatable:
        return None
    finally:
        _UNDER_WAY.discard((symbol, width))


def _straight(symbol: str, width: int) -> bool:
    """Whether the function on lanes is cheap enough to be called where few lanes or none ask for it."""
    made = vectorised(symbol, width)
    if made is None or made.text.count("\n") > _CHEAP:
        return False
    calls = [need.rpartition("/")[0] for need, at in made.needs if at > 1 and not need.startswith("llvm.")]
    return all(
        [call in VECTOR if not call.startswith("autograd.") else _straight(call, width) for call in calls]
    )


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
