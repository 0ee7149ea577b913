"""How this thread records: not at all (`no_grad`), or checking every number (`strict`)."""

from __future__ import annotations

import sys
from _thread import _local, allocate_lock
from collections.abc import Callable
from functools import wraps
from os.path import dirname
from typing import Any, Final, ParamSpec, TypeVar, final

from autograd._native import i64, mypyc_attr

P = ParamSpec("P")
R = TypeVar("R")
PACKAGE: Final = dirname(__file__)
SUSPENDED: Final = 0x20 | 0x80 | 0x200  # the flags of generators, coroutines and asynchronous generators


@final
class _Modes:
    """How many contexts are open in all threads: while none is, recording asks no further."""

    def __init__(self) -> None:
        self.open: i64 = 0


MODES: Final = _Modes()
THREAD: Final = _local()
LOCK: Final = allocate_lock()


def depth(mode: str) -> int:
    """How many contexts of that mode this thread is in."""
    return modes().get(mode, 0)


def modes() -> dict[str, int]:
    """The modes this thread is in, each with the number of its contexts."""
    found: dict[str, int] | None = getattr(THREAD, "modes", None)
    if found is None:
        found = THREAD.modes = {}
    return found


def set_depth(mode: str, count: int) -> None:
    """Count the contexts of a mode anew."""
    if count:
        modes()[mode] = count
    else:
        modes().pop(mode, None)


@mypyc_attr(allow_interpreted_subclasses=True)
class Mode:
    """A context of this thread that nests, survives exceptions and decorates functions."""

    name = ""

    def __init__(self, *arguments: object) -> None:
        if arguments:
            raise TypeError(f"{self.name} takes no arguments, {arguments[0]!r} given: write @{self.name}()")

    def __enter__(self) -> None:
        set_depth(self.name, depth(self.name) + 1)
        with LOCK:
            MODES.open += 1

    def __exit__(self, *exception: object) -> None:
        set_depth(self.name, depth(self.name) - 1)
        with LOCK:
            MODES.open -= 1

    def __call__(self, function: Callable[P, R]) -> Callable[P, R]:
        """The function run inside the context.

        TypeError for generators and coroutines, whose bodies run after the call has returned.
        """
        code = getattr(function, "__code__", None)
        if code is not None and code.co_flags & SUSPENDED:
            raise TypeError(
                f"@{self.name}() got {function!r}, whose body runs after the call has returned: "
                f"write `with {self.name}():` inside it"
            )

        @wraps(function)
        def inside(*args: P.args, **kwargs: P.kwargs) -> R:
            with self:
                return function(*args, **kwargs)

        return inside


class no_grad(Mode):
    """Record nothing in this thread: results are leaves. A context manager and a decorator.

    >>> from autograd import Value
    >>> x = Value(3.0)
    >>> with no_grad():
    ...     y = x * x
    >>> y, y.parents
    (Value(data=9.0), ())
    """

    name = "no_grad"


class journal(Mode):
    """Keep every node recorded inside, in `nodes`; not those of a journal within."""

    name = "journal"

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.outer: list[Any] | None = None

    def __enter__(self) -> None:
        self.outer = getattr(THREAD, "nodes", None)
        THREAD.nodes = self.nodes
        Mode.__enter__(self)

    def __exit__(self, *exception: object) -> None:
        Mode.__exit__(self, *exception)
        THREAD.nodes = self.outer


class resumed:
    """Record in here, also inside no_grad(): for graphs that a transform makes for itself."""

    def __init__(self) -> None:
        self.suspended = 0

    def __enter__(self) -> None:
        if MODES.open:
            self.suspended = depth("no_grad")
            if self.suspended:
                set_depth("no_grad", 0)

    def __exit__(self, *exception: object) -> None:
        if self.suspended:
            set_depth("no_grad", self.suspended)


class strict(Mode):
    """Raise NonFiniteError at the operation that first gives a value or local partial that isn't finite.

    Nodes recorded inside know their source line.

    >>> from autograd import Value
    >>> with strict():
    ...     Value(0.0).log()
    Traceback (most recent call last):
    ...
    autograd.errors.NonFiniteError: log of 0.0 gave -inf with local partials (inf,) at <doctest ...
    """

    name = "strict"


class tracing(Mode):
    """While open in this thread, every result stands for every number: it becomes part of a program."""

    name = "tracing"


class in_lanes(Mode):
    """While open in this thread, the function of a vmap is traced for all its lanes at once."""

    name = "in_lanes"


def source_line() -> str:
    """Where the innermost code outside this package stands, as `file:line`."""
    frame: Any = sys._getframe()
    while frame is not None and dirname(frame.f_code.co_filename).startswith(PACKAGE):
        frame = frame.f_back
    return "unknown" if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"
