"""`jit`: a function of scalars, traced once for each structure of its arguments and run as machine code."""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from math import inf
from threading import Lock
from types import MethodType
from typing import Any, Final, NamedTuple

from autograd.compiler.build import Trace
from autograd.compiler.interpret import interpret
from autograd.compiler.program import Program
from autograd.compiler.structure import (
    LEAF,
    Structure,
    flatten,
    in_module,
    path,
    shapes,
    substitute,
    unflatten,
)
from autograd.compiler.trace import closed, collector_paused, trace
from autograd.modes import THREAD
from autograd.primitive_type import as_float
from autograd.value import Value


def jit(
    function: Callable[..., Any] | None = None,
    *,
    static_argnums: int | Sequence[int] = (),
    fast: bool = False,
    cache_size: int = 64,
    cache_bytes: int = 1 << 30,
) -> Any:
    """The function as machine code, for numbers in lists, tuples, dicts, arrays and modules.

    The first call with a new structure of arguments runs the function once on traced values, side effects
    included, and compiles what it recorded; later calls run the machine code. Results are floats in the
    function's own structure. `static_argnums` names positional arguments (hashable, of any type) that the
    trace may depend on; `fast=True` allows LLVM to contract and reassociate. The last used structures
    are kept, at most `cache_size` of them, and beyond the last one no more than take `cache_bytes` of memory,
    by an estimate. Composes with every transform in any order. Needs the `jit` extra.

    A vmap becomes lanes of vector registers; one inside another's function is written out in each lane, so
    put the longer batch outside. What the lanes share is computed once, and its cotangents are summed before
    they go on. Inside jit `checkpoint` is the function itself: programs keep what they need.

    >>> from autograd.compiler import jit
    >>> def area(w, h):
    ...     return w * h + 1.0
    >>> jit(area)(3.0, 4.0)
    13.0
    >>> print(jit(area).program(3.0, 4.0))
    def area(x0, x1):
        v0 = x0 * x1
        v1 = v0 + 1.0
        return v1
    """
    if function is None:
        return functools.partial(
            jit,
            static_argnums=static_argnums,
            fast=fast,
            cache_size=cache_size,
            cache_bytes=cache_bytes,
        )
    several = isinstance(static_argnums, Sequence) and not isinstance(static_argnums, str)
    statics: tuple[Any, ...] = tuple(static_argnums) if several else (static_argnums,)  # type: ignore[arg-type]
    for i in statics:
        if not isinstance(i, int) or isinstance(i, bool):
            raise TypeError(f"jit: static_argnums has {i!r}: give an int or a sequence of ints")
    if not isinstance(cache_size, int) or cache_size < 1:
        raise ValueError(f"jit: cache_size is {cache_size!r}: give how many structures to keep, at least 1")
    if not isinstance(cache_bytes, int) or cache_bytes < 0:
        raise ValueError(f"jit: cache_bytes is {cache_bytes!r}: give how much memory to hold, in bytes")
    return Jitted(function, statics, fast, cache_size, cache_bytes)


class Compiled:
    """One structure of arguments: its trace, and the machine code of its simplified program."""

    def __init__(self, found: Trace, fast: bool, keywords: bool) -> None:
        from autograd.compiler.machine import Machine

        self.program = found.program
        self.captured = found.captured
        self.machine = Machine(found.program, fast)
        self.bytes = self.machine.bytes + _INSTRUCTION * len(found.program) + _INPUT * found.program.inputs
        self.direct = None if keywords or self.captured else self._direct()

    def _direct(self) -> Callable[..., Any] | None:
        """A function of the arguments that runs without Python taking them apart, if there is one."""
        program, machine = self.program, self.machine
        whole = machine.callable(program.arguments, program.results)
        if whole is not None:
            return whole
        flat = ("list", (LEAF,) * len(program.outputs))
        native = machine.callable(program.arguments, flat)
        if native is None:
            return None

        def structured(*arguments: Any) -> Any:
            numbers = native(*arguments)
            return None if numbers is None else unflatten(program.results, numbers)

        return structured

    def run(self, numbers: list[float]) -> Any:
        """The results in their structure."""
        if self.captured:
            numbers = numbers + [x.number for x in self.captured]
        return unflatten(self.program.results, self.machine.run(numbers))

    def replay(self, leaves: list[Any]) -> Any:
        """The results recorded once more, on Values."""
        return unflatten(self.program.results, interpret(self.program, [*leaves, *self.captured]), "object")


class _Call(NamedTuple):
    """A call taken apart: its leaves, their structure, its static arguments by place or name."""

    leaves: list[Any]
    structure: Structure
    static: tuple[tuple[int | str, Any], ...]
    arguments: tuple[
        Any, ...
    ]  # the arguments that are not static; (those, keywords) where there are keywords
    keywords: bool


class Jitted:
    """A function that `jit` wrapped: call it as the function itself."""

    def __init__(
        self,
        function: Callable[..., Any],
        statics: tuple[int, ...],
        fast: bool,
        cache_size: int,
        cache_bytes: int,
    ) -> None:
        if not callable(function):
            raise TypeError(f"jit takes a function, not {function!r} of type {type(function).__name__}")
        functools.update_wrapper(self, function)
        self.function = function
        self.statics = statics
        self.static_names = _names(function, statics) if statics else frozenset()
        self.fast = fast
        self.cache_size = cache_size
        self.cache_bytes = cache_bytes
        self.cache: OrderedDict[Any, Compiled] = OrderedDict()
        self.lock = Lock()
        self.direct: Callable[..., Any] | None = None  # that of the last call's structure

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's results: floats where it was given numbers, Values where it was given Values."""
        direct = self.direct
        if direct is not None and not kwargs:
            result = direct(*args)
            if result is not None:
                return result
        call = self._take_apart(args, kwargs)
        numbers = self._numbers(call)
        if numbers is not None:
            found = self._compiled(call, numbers)
            self.direct = found.direct
            if not any([_recorded(x) for x in found.captured]):
                return found.run(numbers)
        elif any([isinstance(x, Value) and x.mark < 0 for x in call.leaves]):
            return self.function(*args, **kwargs)  # inside another trace, of which this becomes a part
        else:
            found = self._compiled(
                call, [float(x.number if isinstance(x, Value) else x) for x in call.leaves]
            )
        return found.replay(call.leaves)

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The program traced for these arguments; Values from outside the function are constants in it."""
        call = self._take_apart(args, kwargs)
        with collector_paused():
            return closed(self._trace(call, self._examples(call)))

    def inspect(self, *args: Any, **kwargs: Any) -> str:
        """LLVM's intermediate code and the machine's assembly, for these arguments or of the last call."""
        if args or kwargs:
            call = self._take_apart(args, kwargs)
            found = self._compiled(call, self._examples(call))
        elif self.cache:
            found = next(reversed(self.cache.values()))
        else:
            raise ValueError(
                f"{self._name()} has not been compiled yet: call it, or give inspect its arguments"
            )
        return f"{found.machine.text}\n\n{found.machine.assembly}"

    @property
    def held(self) -> int:
        """How many bytes of memory the compiled structures take, by an estimate that is rather too high."""
        return sum([found.bytes for found in self.cache.values()])

    def clear_cache(self) -> None:
        """Forget all machine code: the next call traces and compiles again."""
        with self.lock:
            self.cache.clear()
            self.direct = None

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else MethodType(self, instance)

    def __reduce__(self) -> Any:
        import sys

        name = getattr(self, "__qualname__", "")
        found: Any = sys.modules.get(getattr(self, "__module__", ""))
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is self:  # used as a decorator: pickled by its name, as functions are
            return name
        return Jitted, (self.function, self.statics, self.fast, self.cache_size, self.cache_bytes)

    def __repr__(self) -> str:
        return f"<jit of {self._name()}: {len(self.cache)} structure(s) compiled>"

    # --- one call -------------------------------------------------------------------------------------------

    def _take_apart(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> _Call:
        static: tuple[tuple[int | str, Any], ...] = ()
        if self.statics:
            places = sorted({i % len(args) for i in self.statics if -len(args) <= i < len(args)})
            named = sorted(self.static_names.intersection(kwargs))
            static = (*[(i, args[i]) for i in places], *[(name, kwargs[name]) for name in named])
            args = tuple([x for i, x in enumerate(args) if i not in places])
            kwargs = {name: x for name, x in kwargs.items() if name not in named}
            try:
                hash(static)
            except TypeError:
                raise TypeError(
                    f"{self._name()} got static arguments that can't be hashed, {[x for _, x in static]!r}: "
                    "give them as tuples, strings or numbers"
                ) from None
        arguments = (args, dict(sorted(kwargs.items()))) if kwargs else args
        try:
            leaves, structure = flatten(arguments)
        except RecursionError:
            raise RecursionError(
                f"{self._name()} got arguments that are nested too deeply, or in themselves: give flat lists"
            ) from None
        return _Call(leaves, structure, static, arguments, bool(kwargs))

    def _numbers(self, call: _Call) -> list[float] | None:
        """The leaves as floats, parameters of modules too; None where one is a Value to be recorded."""
        numbers: list[float] = []
        for i, x in enumerate(call.leaves):
            if type(x) is float:
                numbers.append(x)
            elif not isinstance(x, Value):
                numbers.append(self._number(call, x, i))
            elif in_module(call.structure, i) and not _recorded(x):
                numbers.append(x.number)
            else:
                return None
        return numbers

    def _number(self, call: _Call, x: Any, i: int) -> float:
        try:
            return as_float(x, self._name())
        except TypeError:
            raise TypeError(
                f"{self._name()} got {x!r} of type {type(x).__name__} at {path(call.structure, i)} of its "
                "arguments: give numbers, or name the argument in static_argnums"
            ) from None

    def _examples(self, call: _Call) -> list[float]:
        return [
            x.number if isinstance(x, Value) else self._number(call, x, i) for i, x in enumerate(call.leaves)
        ]

    def _compiled(self, call: _Call, numbers: list[float]) -> Compiled:
        key = call.structure, _exactly(call.static), call.keywords
        with self.lock:
            found = self.cache.get(key)
            if found is not None:
                self.cache.move_to_end(key)
                return found
        # Without the lock: the function may wait for another thread that waits for this one.
        with collector_paused():
            made = Compiled(self._trace(call, numbers), self.fast, call.keywords or bool(call.static))
        with self.lock:
            found = self.cache.setdefault(key, made)
            while len(self.cache) > 1 and (len(self.cache) > self.cache_size or self.held > self.cache_bytes):
                self.cache.popitem(last=False)
        return found

    def _trace(self, call: _Call, numbers: list[float]) -> Trace:
        def run(values: list[Value]) -> Any:
            arguments = substitute(call.arguments, values)
            args, kwargs = arguments if call.keywords else (arguments, {})
            given = list(args)
            for place, x in call.static:
                if isinstance(place, int):
                    given.insert(place, x)
            named = {place: x for place, x in call.static if isinstance(place, str)}
            return self.function(*given, **kwargs, **named)

        return trace(run, numbers, call.structure, self._name(), shapes(call.structure))

    def _name(self) -> str:
        name: str = getattr(self.function, "__name__", type(self.function).__name__)
        return name if name.isidentifier() else "program"


# Bytes that an instruction takes as Python's objects, an input in the structure of the arguments: measured.
_INSTRUCTION: Final = 400
_INPUT: Final = 100


def _exactly(x: Any) -> Any:
    """A key that tells apart what compares equal: 1, 1.0 and True, 0.0 and -0.0."""
    if isinstance(x, tuple):
        return (type(x), *[_exactly(part) for part in x])
    return (type(x), x.hex()) if isinstance(x, float) else (type(x), x)


def _names(function: Callable[..., Any], places: tuple[int, ...]) -> frozenset[str]:
    """The names under which the positional arguments at these places may be given."""
    import inspect

    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return frozenset()
    found = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    return frozenset([found[i] for i in places if -len(found) <= i < len(found)])


def _recorded(x: Value) -> bool:
    """Whether a value is more than a number that is read at each call: a result, or bound by a transform."""
    since = min(getattr(THREAD, "transforms", ()), default=inf)
    return x.primitive is not None or x.mark < 0 or x.dleft >= since
