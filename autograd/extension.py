"""What users add: primitives of their own, and functions with a derivative given as a whole."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from functools import update_wrapper
from math import copysign
from struct import pack
from typing import Any

from autograd.errors import TracedValueError
from autograd.primitive_type import PRIMITIVES, Interval, Primitive, declare
from autograd.pytree import Structure, flatten, unflatten
from autograd.value import Value

Domain = Interval | tuple[Any, ...]
_OWN = set(PRIMITIVES)


def primitive(
    name: str,
    evaluate: Callable[..., float],
    partials: Callable[..., Any],
    *,
    domain: Domain | None = None,
    symbol: str | None = None,
    arity: int | None = None,
    kinks: Sequence[float] = (),
    smooth: bool = True,
    commutes: bool = False,
    lower: Callable[..., Any] | None = None,
    doc: str = "",
    replace: bool = False,
) -> Primitive:
    """Declare an operation: from then on a function of numbers and Values in `autograd.math`, and a method.

    `evaluate(x, ...)` gives the result from floats; `partials(z, x, ...)` sees it first and gives one partial
    derivative an operand (one operand: the partial alone will do). Where higher derivatives are wanted, the
    rule must be made of operators and functions of `autograd.math`. `domain` is an Interval or a pair of
    numbers, or one of them an operand; `kinks` are the points without a derivative; trailing operands of
    `evaluate` may have defaults. See Primitive for the rest.

    ValueError where the name is taken (`replace=True` declares one's own anew), TypeError where evaluate and
    rule do not fit together. Calls raise TypeErrors that name the operation for a wrong number of operands
    and for a wrong type of result.

    >>> from autograd import Value, math
    >>> cube = primitive("cube", lambda x: x**3, lambda z, x: 3.0 * x * x, symbol="x³")
    >>> x = Value(2.0)
    >>> x.cube().backward()
    >>> math.cube(2.0), x.grad
    (8.0, 12.0)
    """
    _check_name(name, replace)
    names, defaults, arity = _operands(name, evaluate, partials, arity)
    _check_rule(name, partials, arity)

    def checked(*operands: float) -> float:
        z: object = evaluate(*operands)
        if not isinstance(z, float | int):
            kind = type(z).__name__
            raise TypeError(f"the evaluate of {name} gave {z!r} of type {kind}: it must give a float")
        return float(z)

    declared = Primitive(
        name,
        checked,
        partials,
        symbol,
        arity,
        _domains(name, domain, arity),
        tuple([float(kink) for kink in kinks]),
        smooth,
        commutes,
        None,
        lower,
        defaults,
        doc or inspect.getdoc(evaluate) or "",
        names,
    )
    PRIMITIVES.pop(name, None)
    return declare(declared)


def _check_name(name: str, replace: bool) -> None:
    from autograd import math

    if not isinstance(name, str) or not name.isidentifier():
        raise ValueError(f"a primitive can't be named {name!r}: give a name as Python's variables have")
    if name in PRIMITIVES and name not in _OWN and replace:
        return
    if name in PRIMITIVES:
        remedy = "choose another name" + ("" if name in _OWN else ", or pass replace=True")
        raise ValueError(f"there is a primitive named {name!r} already: {remedy}")
    if hasattr(math, name) or hasattr(Value, name):
        raise ValueError(f"{name!r} is a name of autograd.math or of Value already: choose another name")


def _operands(
    name: str, evaluate: Callable[..., Any], partials: Callable[..., Any], arity: int | None
) -> tuple[tuple[str, ...], tuple[float, ...], int | None]:
    """Names and defaults of the operands, and how many there are (None: any number)."""
    for function, skipped in ((evaluate, 0), (partials, 1)):
        if not callable(function):
            raise TypeError(f"primitive {name} got {function!r}: evaluate and partials must be functions")
        try:
            parameters = list(inspect.signature(function).parameters.values())[skipped:]
        except (ValueError, TypeError):
            continue
        if any(p.kind is p.VAR_POSITIONAL for p in parameters):
            return tuple([p.name for p in parameters if p.kind is p.VAR_POSITIONAL]), (), arity
        positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
        if arity is not None:
            positional = positional[:arity]
        if len(positional) != (arity or len(positional)) or not positional:
            given = f"{len(positional)} argument(s)"
            raise TypeError(
                f"{name} takes {arity or 'at least 1'} operand(s), but its functions take {given}"
            )
        defaults = tuple([float(p.default) for p in positional if p.default is not p.empty])
        return tuple([p.name for p in positional]), defaults, len(positional)
    raise TypeError(f"how many operands {name} takes can't be read from its functions: pass arity=")


def _check_rule(name: str, partials: Callable[..., Any], arity: int | None) -> None:
    count = 2 if arity is None else arity
    try:
        inspect.signature(partials).bind(*range(count + 1))
    except TypeError:
        raise TypeError(
            f"the rule of {name} must take the result and then {count} operand(s), (z, x, ...): "
            f"its signature is {inspect.signature(partials)}"
        ) from None
    except ValueError:
        return


def _domains(name: str, domain: Domain | None, arity: int | None) -> tuple[Interval, ...] | None:
    if domain is None:
        return None
    count = arity or 1
    if isinstance(domain, Interval):
        return (domain,) * count
    if len(domain) == 2 and all(isinstance(end, float | int) for end in domain):
        return (Interval(float(domain[0]), float(domain[1])),) * count
    if len(domain) != count:
        raise TypeError(f"the domain of {name} must be an Interval or a pair of numbers, one an operand")
    intervals: list[Interval] = []
    for part in domain:
        intervals.append(part if isinstance(part, Interval) else Interval(float(part[0]), float(part[1])))
    return tuple(intervals)


class custom_vjp:
    """A function whose derivative is given as a whole, by JAX's convention.

    `f.defvjp(forward, backward)`: `forward(*args)` gives the result and residuals, whatever the derivative
    needs later; `backward(residuals, cotangent)` gives one cotangent an argument in a tuple, None for 0.
    Arguments and results may be nested lists, tuples and dicts of numbers and arrays. Both functions get
    plain numbers, so that forward may be any code, an external library's too. For derivatives of derivatives
    they get Values, and must then be made of operators and functions of `autograd.math`. The backward part
    must be linear in the cotangent, as derivatives are: it is called with 1 when the function is recorded.

    Inside `jit` the parts are compiled where they are made of operators and functions of `autograd.math`;
    other code is called at every run, on plain numbers, and then has first derivatives only.

    The arguments at `nondiff_argnums` may be anything; `backward(*them, residuals, cotangent)` too.

    >>> from autograd import Value
    >>> @custom_vjp
    ... def root(x):
    ...     return x**0.5
    >>> def forward(x):
    ...     z = x**0.5
    ...     return z, z
    >>> root.defvjp(forward, lambda z, cotangent: (cotangent / (2.0 * z),))
    >>> x = Value(4.0)
    >>> root(x).backward()
    >>> x.grad
    0.25
    """

    __name__: str

    def __init__(self, function: Callable[..., Any], nondiff_argnums: Sequence[int] = ()) -> None:
        self.function = function
        self.nondiff_argnums = frozenset(nondiff_argnums)
        self.forward: Callable[..., Any] | None = None
        self.backward: Callable[..., Any] | None = None
        self.shapes: list[_Shape] = []
        update_wrapper(self, function)

    def defvjp(self, forward: Callable[..., Any], backward: Callable[..., Any]) -> None:
        """Give the function its forward and backward parts."""
        self.forward, self.backward = forward, backward
        for shape in self.shapes:
            shape.ran = None
            shape.pulled.clear()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The function's result; recorded with its derivative where Values are among the arguments."""
        if self.forward is None or self.backward is None:
            name = self.__name__
            raise TypeError(f"{name} has no derivative yet: call {name}.defvjp(forward, backward)")
        if kwargs:
            bound = inspect.signature(self.function).bind(*args, **kwargs)
            bound.apply_defaults()
            args = bound.args
        leaves: list[Any] = []
        static: list[Any] = []
        structures: list[Structure | None] = []
        for i, arg in enumerate(args):
            if i in self.nondiff_argnums:
                static.append(arg)
                structures.append(None)
            else:
                found, structure = flatten(arg, f"{self.__name__}'s argument {i}")
                leaves += found
                structures.append(structure)
        if not any(isinstance(x, Value) for x in leaves):
            return self.function(*args)
        for shape in self.shapes:
            if shape.structures == structures and shape.static == static:
                break
        else:
            shape = _Shape(self, structures, static)
            self.shapes.append(shape)
        return shape.record(leaves)


class _Shape:
    """A custom_vjp function for arguments of one structure, as primitives: one a number of the result."""

    def __init__(self, owner: custom_vjp, structures: list[Structure | None], static: list[Any]) -> None:
        self.owner = owner
        self.name = owner.__name__
        self.structures = structures
        self.static = static
        self.primitives: list[Primitive] = []
        self.ran: tuple[tuple[Any, ...], tuple[list[Any], Structure, Any]] | None = None
        self.slopes: dict[tuple[int, int], Primitive] = {}
        self.pulled: dict[tuple[int, bytes], tuple[float, ...]] = {}

    def record(self, leaves: list[Any]) -> Any:
        """The results, each recorded as one node."""
        numbers = tuple([x.number if isinstance(x, Value) else x for x in leaves])
        results, structure, _ = self.run(numbers)
        while len(self.primitives) < len(results):
            self.primitives.append(declare(self.operation(len(self.primitives))))
        return unflatten(structure, [self.primitives[i](*leaves) for i in range(len(results))])

    def operation(self, index: int) -> Primitive:
        """The primitive that computes one number of the result."""
        return Primitive(
            _unique(self.name if index == 0 else f"{self.name}[{index}]"),
            lambda *operands: float(self.run(operands)[0][index]),
            lambda z, *operands: self.rule(operands, index),
            self.name,
            arity=None,
            smooth=False,
            doc=inspect.getdoc(self.owner.function) or "",
        )

    def run(self, operands: tuple[Any, ...]) -> tuple[list[Any], Structure, Any]:
        """Result and residuals of the forward part; those of the last operands are kept."""
        ran = self.ran
        if ran is not None and all([_same(x, y) for x, y in zip(ran[0], operands, strict=True)]):
            return ran[1]
        args: list[Any] = []
        static = iter(self.static)
        start = 0
        for structure in self.structures:
            if structure is None:
                args.append(next(static))
            else:
                args.append(unflatten(structure, operands, start))
                start += structure.size
        given = self.owner.forward(*args) if self.owner.forward is not None else None
        if not isinstance(given, tuple) or len(given) != 2:
            raise TypeError(
                f"the forward part of {self.name} gave {given!r} of type {type(given).__name__}: "
                "it must give a pair, the result and the residuals"
            )
        result = (*flatten(given[0], f"the result of {self.name}'s forward part"), given[1])
        if all([isinstance(x, float) for x in operands]):
            self.ran = operands, result
        return result

    def rule(self, operands: tuple[Any, ...], index: int) -> tuple[Any, ...]:
        """The partials of one number of the result; of traced values where the parts can't be traced too."""
        if not any([isinstance(x, Value) and x.mark < 0 for x in operands]):
            return self.pull(operands, index)
        try:
            return self.pull(operands, index)
        except Exception as problem:
            reason = f"{type(problem).__name__}: {problem}"
        return tuple([self.slope(index, k, reason)(*operands) for k in range(len(operands))])

    def slope(self, index: int, k: int, reason: str) -> Primitive:
        """The primitive that computes a partial by plain numbers: the parts are called at every run."""
        found = self.slopes.get((index, k))
        if found is not None:
            return found

        def evaluate(*operands: float) -> float:
            key = index, pack(f"{len(operands)}d", *[float(x) for x in operands])
            partials = self.pulled.get(key)
            if partials is None:
                if len(self.pulled) >= 256:
                    self.pulled.clear()
                partials = self.pulled[key] = tuple([float(x) for x in self.pull(operands, index)])
            return partials[k]

        def refuse(z: Any, *operands: Any) -> Any:
            if not any([isinstance(x, Value) and x.mark < 0 for x in (z, *operands)]):
                return (0.0,) * len(operands)  # recorded, but not asked for
            raise TracedValueError(
                f"jit can't trace {self.name}'s parts ({reason}), and a derivative of its derivative is "
                "wanted: make both of operators and functions of autograd.math"
            )

        name = _unique(f"d{self.name}[{index}]/d[{k}]")
        made = Primitive(name, evaluate, refuse, self.name, arity=None, smooth=False)
        self.slopes[index, k] = declare(made)
        return made

    def pull(self, operands: tuple[Any, ...], index: int) -> tuple[Any, ...]:
        """The partials of one number of the result: the backward part's answer to a cotangent of 1 there."""
        outputs, structure, residuals = self.run(operands)
        seeds = unflatten(structure, [1.0 if i == index else 0.0 for i in range(len(outputs))])
        given: Any = ()
        if self.owner.backward is not None:
            given = self.owner.backward(*self.static, residuals, seeds)
        sizes = [structure.size for structure in self.structures if structure is not None]
        if not isinstance(given, tuple | list) or len(given) != len(sizes):
            raise TypeError(
                f"the backward part of {self.name} gave {given!r}: it must give a tuple of {len(sizes)} "
                "cotangent(s), one an argument"
            )
        partials: list[Any] = []
        for i, (cotangent, size) in enumerate(zip(given, sizes, strict=True)):
            found = [0.0] * size
            if cotangent is not None:
                found, _ = flatten(cotangent, f"the cotangent {i} of {self.name}")
            if len(found) != size:
                raise TypeError(
                    f"the backward part of {self.name} gave {len(found)} number(s) as cotangent {i}: "
                    f"the argument has {size}"
                )
            partials += found
        return tuple(partials)


def _unique(name: str) -> str:
    same = 1
    unique = name
    while unique in PRIMITIVES:
        same += 1
        unique = f"{name}#{same}"
    return unique


def _same(x: Any, y: Any) -> bool:
    return isinstance(x, float) and isinstance(y, float) and x == y and copysign(1.0, x) == copysign(1.0, y)
