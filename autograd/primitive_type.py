"""What a primitive is: an operation with its evaluation, its local partials and the facts about them.

The operations themselves are declared in `autograd.primitives`, one declaration each.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, Final, NamedTuple

# A number a rule may be given: a float, a Value, a power series, anything with `__primitive__`.
Number = Any


class Interval(NamedTuple):
    """A set of real numbers between two ends, each end part of it or not.

    >>> 0.0 in Interval(0.0, 1.0, low_closed=False)
    False
    """

    low: float = -inf
    high: float = inf
    low_closed: bool = True
    high_closed: bool = True

    def __contains__(self, x: object) -> bool:
        if not isinstance(x, float):
            return False
        above = self.low <= x if self.low_closed else self.low < x
        return above and (x <= self.high if self.high_closed else x < self.high)


REAL: Final = Interval()

# THE table: every operation by its name, the users' own among them.
PRIMITIVES: Final[dict[str, Primitive]] = {}


class Primitive:
    """An elementary operation, callable over floats, Values and every other kind of number.

    `evaluate(x, y, ...)` gives the float result and never raises; `partials(z, x, y, ...)` sees the result
    first, runs on any kind of number and gives one local partial an operand (one operand: the partial
    alone will do). `arity` is None for operations of any number of operands. `domain` holds one Interval an
    operand, `kinks` the points where a one-operand function is not smooth; `smooth` is False where a kink
    or jump depends on several operands. `defaults` are the numbers of trailing operands that a call may
    leave out, `names` what documentation calls the operands. `lower`, a composition of other primitives in
    the same operands, tells compilers how to build an operation that the machine lacks.

    >>> from autograd.primitives import mul
    >>> mul(2.0, 3.0), mul.symbol, mul.partials(6.0, 2.0, 3.0)
    (6.0, '*', (3.0, 2.0))
    """

    def __init__(
        self,
        name: str,
        evaluate: Callable[..., float],
        partials: Callable[..., Any],
        symbol: str | None = None,
        arity: int | None = 1,
        domain: tuple[Interval, ...] | None = None,
        kinks: tuple[float, ...] = (),
        smooth: bool = True,
        commutes: bool = False,
        constant_form: Primitive | None = None,
        lower: Callable[..., Any] | None = None,
        defaults: tuple[float, ...] = (),
        doc: str = "",
        names: tuple[str, ...] = (),
    ) -> None:
        self.name = name
        self.symbol: str = name if symbol is None else symbol
        self.evaluate: Callable[..., Any] = evaluate  # a user's may give anything: recording looks
        self.partials = partials
        self.arity = arity
        self.domain: tuple[Interval, ...] = (REAL,) * (arity or 1) if domain is None else domain
        self.kinks = kinks
        self.smooth = smooth and not kinks
        self.commutes = commutes
        # The operation that stands in where one of two operands is a plain number (max at a tie).
        self.constant_form = constant_form
        self.lower = lower
        self.defaults = defaults
        self.doc = doc
        self.names: tuple[str, ...] = names or ("x", "y", "z", "w")[: arity or 0]

    @property
    def __name__(self) -> str:
        return self.name

    def __call__(self, *operands: Any) -> Any:
        """The operation over these operands, in the kind of number they are."""
        count = len(operands)
        if self.arity is not None and count != self.arity:
            operands = self.complete(operands)
            count = len(operands)
        for x in operands:
            if not isinstance(x, float):
                return self._dispatch(operands)
        if count == 1:  # spared the way over a tuple of arguments
            return self.evaluate(operands[0])
        if count == 2:
            return self.evaluate(operands[0], operands[1])
        return self.evaluate(*operands)

    def _dispatch(self, operands: tuple[Any, ...]) -> Any:
        """Hand the call to the first operand that is more than a number; turn integers into floats."""
        for x in operands:
            handler = getattr(type(x), "__primitive__", None)
            if handler is not None:
                return handler(x, self, operands)
        return self.evaluate(*[as_float(x, self.name) for x in operands])

    def complete(self, operands: tuple[Any, ...]) -> tuple[Any, ...]:
        """The operands with the defaults of those left out; TypeError where the number is wrong."""
        missing = (self.arity or 0) - len(operands)
        if not 0 <= missing <= len(self.defaults):
            needed = f"{self.arity}" if not self.defaults else f"{self.required} to {self.arity}"
            raise TypeError(f"{self.name} takes {needed} operand(s), {len(operands)} given")
        return operands + self.defaults[len(self.defaults) - missing :]

    @property
    def required(self) -> int:
        """How many operands a call must give."""
        return (self.arity or 1) - len(self.defaults)

    def local_partials(self, z: Number, operands: tuple[Number, ...]) -> tuple[Number, ...]:
        """The rule's partials as a tuple, one an operand; TypeError where the rule gives another number."""
        given = self.partials(z, *operands)
        partials = given if isinstance(given, tuple) else (given,)
        if len(partials) != len(operands):
            raise TypeError(
                f"the rule of {self.name} gave {len(partials)} partial(s) for {len(operands)} operand(s): "
                "it must give one an operand"
            )
        return partials

    @property
    def domains(self) -> str:
        """The domain and the kinks in words; empty where there is nothing to say."""
        facts = []
        for name, interval in zip(self.names, self.domain, strict=False):
            if interval != REAL:
                facts.append(
                    f"{interval.low} {'<=' if interval.low_closed else '<'} {name} "
                    f"{'<=' if interval.high_closed else '<'} {interval.high}"
                )
        text = f"Domain: {', '.join(facts)}." if facts else ""
        if self.kinks:
            text += f"{' ' if text else ''}Not smooth at {', '.join([repr(kink) for kink in self.kinks])}."
        return text

    def __repr__(self) -> str:
        return f"<primitive {self.name}>"

    def __reduce__(self) -> tuple[Any, ...]:
        if PRIMITIVES.get(self.name) is not self:
            raise TypeError(
                f"the primitive {self.name!r} is not in the table and can't be pickled or copied: "
                "declare it with autograd.primitive"
            )
        return find, (self.name,)


def signature(primitive: Primitive) -> Any:
    """The `inspect.Signature` of a primitive.

    >>> from autograd.primitives import leaky_relu
    >>> print(signature(leaky_relu))
    (x, slope=0.01, /)
    """
    from inspect import Parameter, Signature

    if primitive.arity is None:
        return Signature(
            [Parameter(primitive.names[0] if primitive.names else "xs", Parameter.VAR_POSITIONAL)]
        )
    parameters = []
    for i in range(primitive.arity):
        k = i - primitive.required
        default = primitive.defaults[k] if k >= 0 else Parameter.empty
        parameters.append(Parameter(primitive.names[i], Parameter.POSITIONAL_ONLY, default=default))
    return Signature(parameters)


class _Doc:
    """Documentation of the class as a class attribute, that of the operation on an instance."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __get__(self, primitive: Any, owner: Any) -> Any:
        if primitive is None:
            return self.text
        lines = [f"{primitive.name}{signature(primitive)}", primitive.doc, primitive.domains]
        return "\n\n".join([line for line in lines if line])


class _Signature:
    """What `inspect.signature` asks an instance for."""

    def __get__(self, primitive: Any, owner: Any) -> Any:
        if primitive is None:
            raise AttributeError("__signature__")
        return signature(primitive)


def _install(name: str, descriptor: object) -> None:
    setattr(Primitive, name, descriptor)  # a plain assignment to a class is refused by the compiler


_install("__doc__", _Doc(str(vars(Primitive).get("__doc__", ""))))
_install("__signature__", _Signature())


def declare(primitive: Primitive) -> Primitive:
    """Enter a primitive in the table; ValueError where its name is taken."""
    if primitive.name in PRIMITIVES:
        raise ValueError(f"there is a primitive named {primitive.name!r} already: choose another name")
    PRIMITIVES[primitive.name] = primitive
    return primitive


def find(name: str) -> Primitive:
    """The primitive of that name; KeyError that names it where there is none."""
    if name not in PRIMITIVES:
        raise KeyError(f"no primitive is named {name!r}: declare it with autograd.primitive before loading")
    return PRIMITIVES[name]


def as_float(x: object, where: str = "Value") -> float:
    """The number as a float; TypeError for what is no real number, OverflowError for an integer too large.

    >>> as_float(True), as_float(3)
    (1.0, 3.0)
    """
    if isinstance(x, float):
        return float(x)
    if isinstance(x, int):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(
                f"{where} got an integer of {x.bit_length()} bits, too large for a float: at most 1.8e308"
            ) from None
    convert = getattr(type(x), "__float__", None)
    kind = getattr(getattr(x, "dtype", None), "kind", "f")  # NumPy's texts and dates have a __float__ too
    if convert is None or isinstance(x, complex) or kind not in "fiubO":
        raise TypeError(
            f"{where} got {x!r} of type {type(x).__name__}: "
            "give a real number (int, float or a type with __float__)"
        )
    return float(convert(x))
