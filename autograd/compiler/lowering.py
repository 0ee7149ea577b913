"""How a primitive becomes machine code, in one place.

In this order: as the instructions that `emit` has for it; as the function it evaluates to, translated
(`translation`); as the composition of other primitives it declares (`lower`, in `expand`), which a user's
may; or by a call back into Python, which is left to users' primitives without one.
"""

from __future__ import annotations

from typing import Final

from autograd.compiler.emit import EMIT, Block, callback
from autograd.compiler.translation import native, takes_list

HYPOT: Final = "autograd.compiler.translation.runtime.hypot"  # of two numbers
FSUM: Final = "autograd.compiler.translation.runtime.fsum"  # of numbers that stand side by side


def lowered(name: str) -> bool:
    """Whether the primitive is machine code of its own, with no need of a composition."""
    return name in EMIT or native(name) is not None


def lower(block: Block, callbacks: set[str], name: str, given: list[str]) -> str:
    """The primitive of these operands, written into the block; `callbacks` collects Python's."""
    emit = EMIT.get(name)
    if emit is not None:
        return emit(block, *given)
    if name == "hypot" and len(given) == 2:
        return block.call(HYPOT, *given)
    symbol = native(name)
    if symbol is not None:
        return block.call(f"{symbol}.of{len(given)}" if takes_list(name) else symbol, *given)
    callbacks.add(name)
    return block.call(f"{callback(name)}.{len(given)}", *given)
