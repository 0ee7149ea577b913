"""Value: a number that remembers how it was made; its operators, and `backward`."""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import attrgetter
from typing import Any, ClassVar, Final, final

from autograd import copying, graph
from autograd._native import mypyc_attr
from autograd.errors import NonFiniteError, TracedValueError
from autograd.graph import CLOCK, Extra, Node
from autograd.modes import MODES, THREAD, modes, source_line
from autograd.primitive_type import PRIMITIVES, Primitive, as_float
from autograd.primitives.arithmetic import add, div, div_slope, floordiv, mod, mul, neg, pow_slope, power, sub
from autograd.primitives.choosing import abs_, equal, less, less_equal, where
from autograd.special import div as float_div
from autograd.special import power as float_power
from autograd.sweep import backward

# What NumPy calls the operations that are called otherwise here, or that are methods for NumPy alone.
NUMPY_NAMES: Final = {
    "arccos": "acos",
    "arccosh": "acosh",
    "arcsin": "asin",
    "arcsinh": "asinh",
    "arctan": "atan",
    "arctan2": "atan2",
    "arctanh": "atanh",
    "conjugate": "identity",
    "deg2rad": "radians",
    "fabs": "abs",
    "hypot": "hypot",
    "rad2deg": "degrees",
    "rint": "round",
}


@mypyc_attr(acyclic=True)
class Value(Node):
    """A float that records the operations it goes through, so that `backward` can find its derivatives.

    Comparisons compare numbers, as those of floats; the hash is the identity, so that values serve as keys
    of dictionaries (PyTorch's convention: `in` on a list of values therefore compares numbers).

    Raises TypeError for what is no real number, OverflowError for an integer beyond the floats.

    >>> x, y = Value(2.0, label="x"), Value(3.0)
    >>> z = x * y + x
    >>> z.backward()
    >>> z.data, x.grad, y.grad
    (8.0, 4.0, 2.0)
    """

    __slots__ = ()
    # Between NumPy's scalars, which then leave `np.float64(2) * v` to us, and its arrays, which do not.
    __array_priority__: ClassVar[float] = -1.0

    def __init__(self, data: object, label: str | None = None) -> None:
        self.number = data if type(data) is float else as_float(data)
        self.grad_ = 0.0
        self.mark = 0
        self.extra = None
        self.left = None
        self.right = None
        self.dleft = CLOCK.now
        self.dright = 0.0
        self.primitive = None
        if label is not None:
            self.label = label

    # --- attributes -----------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Assigning it leaves what was recorded before as it was."""
        return self.number if self.mark >= 0 else self.concrete(".data")

    @data.setter
    def data(self, data: object) -> None:
        self.number = as_float(data)

    @property
    def grad(self) -> float:
        """The derivative of the last root swept: accumulated in a leaf, the last sweep's in other nodes."""
        return self.grad_

    @grad.setter
    def grad(self, grad: object) -> None:
        self.grad_ = as_float(grad, "grad")
        if self.mark >= 0:
            self.mark = 0 if self.grad_ == 0.0 else 1

    @property
    def has_grad(self) -> bool:
        """Whether a sweep (or an assignment other than of 0) gave this value a gradient."""
        return self.mark > 0

    @property
    def label(self) -> str | None:
        """A name for drawings and messages."""
        return None if self.extra is None else self.extra.label

    @label.setter
    def label(self, label: str | None) -> None:
        if label is not None and not isinstance(label, str):
            raise TypeError(f"label got {label!r} of type {type(label).__name__}: give a str or None")
        if self.extra is None:
            self.extra = Extra()
        self.extra.label = label

    @property
    def op(self) -> str:
        """The symbol of the operation that made this value; '' for a leaf."""
        return "" if self.primitive is None else self.primitive.symbol

    @property
    def parents(self) -> tuple[Value, ...]:
        """The operands that are Values, in operand order."""
        return graph.parents(self)

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """All operands in order; plain numbers are constants of the graph."""
        return graph.operands(self)

    @property
    def partials(self) -> tuple[float, ...]:
        """The local partial derivatives, one a parent, captured when the value was recorded."""
        return graph.partials(self)

    @property
    def source(self) -> str | None:
        """`file:line` where the value was recorded, known inside `strict()`."""
        return None if self.extra is None else self.extra.source

    @property
    def _prev(self) -> tuple[Value, ...]:
        return graph.parents(self)

    @property
    def _op(self) -> str:
        return self.op

    def __repr__(self) -> str:
        parts = [f"data={self.number!r}"]
        if self.mark > 0:
            parts.append(f"grad={self.grad_!r}")
        if self.primitive is not None:
            parts.append(f"op={self.primitive.symbol!r}")
        if self.label is not None:
            parts.append(f"label={self.label!r}")
        return f"Value({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        """The number in that format; without one, as `repr`.

        >>> f"{Value(2.0):.3f}"
        '2.000'
        """
        return format(self.number, spec) if spec else repr(self)

    @classmethod
    def __init_subclass__(cls) -> None:
        """Refuse: the compiled class has no subclasses, and the plain one must not differ."""
        kind: Any = cls
        if kind.__module__ != __name__:
            raise TypeError(
                f"{kind.__name__} can't inherit from Value: the results of operations would be Values all "
                "the same. Hold a Value as an attribute instead"
            )

    # --- derivatives ----------------------------------------------------------------------------------------

    def backward(self, seed: object = 1.0) -> None:
        """Add d(self)/d(leaf) times the seed to the `grad` of every leaf that self depends on.

        Nodes between are swept afresh. On a leaf the seed itself is added.

        >>> x = Value(3.0)
        >>> z = (x**2) ** 2
        >>> z.backward(); x.grad
        108.0
        >>> z.backward(); x.grad
        216.0
        """
        backward([self], [as_float(seed, "backward's seed")])

    # --- arithmetic: the table's rules for these five, written out because they are the hot path -----------

    def __add__(self, other: object) -> Value | Any:
        if isinstance(other, Value):
            return record2(add, self.number + other.number, self, other, 1.0, 1.0)
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(add, self.number + y, self, None, 1.0, y)
        return NotImplemented

    def __radd__(self, other: object) -> Value | Any:
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(add, y + self.number, None, self, y, 1.0)
        return NotImplemented

    def __sub__(self, other: object) -> Value | Any:
        if isinstance(other, Value):
            return record2(sub, self.number - other.number, self, other, 1.0, -1.0)
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(sub, self.number - y, self, None, 1.0, y)
        return NotImplemented

    def __rsub__(self, other: object) -> Value | Any:
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(sub, y - self.number, None, self, y, -1.0)
        return NotImplemented

    def __mul__(self, other: object) -> Value | Any:
        if isinstance(other, Value):
            return record2(mul, self.number * other.number, self, other, other.number, self.number)
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(mul, self.number * y, self, None, y, y)
        return NotImplemented

    def __rmul__(self, other: object) -> Value | Any:
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(mul, y * self.number, None, self, y, y)
        return NotImplemented

    def __truediv__(self, other: object) -> Value | Any:
        if isinstance(other, Value):
            y = other.number
            z = float_div(self.number, y)
            return record2(div, z, self, other, div_slope(self.number, y), -float_div(z, y))
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            return record2(div, float_div(self.number, y), self, None, div_slope(self.number, y), y)
        return NotImplemented

    def __rtruediv__(self, other: object) -> Value | Any:
        if type(other) is float or type(other) is int or is_number(other):
            y = as_float(other)
            z = float_div(y, self.number)
            return record2(div, z, None, self, y, -float_div(z, self.number))
        return NotImplemented

    def __pow__(self, other: object) -> Value | Any:
        if isinstance(other, Value):
            return record(power, (self, other))
        if type(other) is float or type(other) is int or is_number(other):
            x, y = self.number, as_float(other)
            return record2(power, float_power(x, y), self, None, pow_slope(x, y), y)
        return NotImplemented

    def __rpow__(self, other: object) -> Value | Any:
        return record(power, (other, self)) if is_number(other) else NotImplemented

    def __floordiv__(self, other: object) -> Value | Any:
        return record(floordiv, (self, other)) if is_operand(other) else NotImplemented

    def __rfloordiv__(self, other: object) -> Value | Any:
        return record(floordiv, (other, self)) if is_number(other) else NotImplemented

    def __mod__(self, other: object) -> Value | Any:
        return record(mod, (self, other)) if is_operand(other) else NotImplemented

    def __rmod__(self, other: object) -> Value | Any:
        return record(mod, (other, self)) if is_number(other) else NotImplemented

    def __divmod__(self, other: object) -> tuple[Value, Value] | Any:
        return (self // other, self % other) if is_operand(other) else NotImplemented

    def __rdivmod__(self, other: object) -> tuple[Value, Value] | Any:
        return (other // self, other % self) if is_number(other) else NotImplemented

    def __neg__(self) -> Value:
        return record2(neg, -self.number, self, None, -1.0, 0.0)

    def __pos__(self) -> Value:
        return self

    def __abs__(self) -> Value:
        return record(abs_, (self,))

    # --- Python's numbers -----------------------------------------------------------------------------------

    def concrete(self, wanted: str) -> float:
        """The number; TracedValueError while the value is being traced and stands for every number."""
        if self.mark < 0:
            raise TracedValueError(
                f"{wanted} of a value being traced: it stands for every number, so no decision can hang "
                "on it. Choose with autograd.math.where, or pass the argument as static (static_argnums)"
            )
        return self.number

    def __float__(self) -> float:
        return self.concrete("float()")

    def __int__(self) -> int:
        return int(self.concrete("int()"))

    def __bool__(self) -> bool:
        return self.concrete("the truth") != 0.0

    def __round__(self, ndigits: int | None = None) -> Any:
        return round(self.concrete("round()"), ndigits)

    def __floor__(self) -> int:
        return math.floor(self.concrete("math.floor()"))

    def __ceil__(self) -> int:
        return math.ceil(self.concrete("math.ceil()"))

    def __trunc__(self) -> int:
        return math.trunc(self.concrete("math.trunc()"))

    # A comparison gives a bool, or the recorded condition where an operand is being traced.

    def __lt__(self, other: object) -> Any:
        return compare(less, self, other)

    def __le__(self, other: object) -> Any:
        return compare(less_equal, self, other)

    def __gt__(self, other: object) -> Any:
        return compare(less, other, self)

    def __ge__(self, other: object) -> Any:
        return compare(less_equal, other, self)

    def __eq__(self, other: object) -> Any:
        return compare(equal, self, other)

    def __ne__(self, other: object) -> Any:
        same = compare(equal, self, other)
        if isinstance(same, Value):
            return 1.0 - same
        return same if same is NotImplemented else not same

    def __hash__(self) -> int:
        return id(self) >> 4

    # --- the table ------------------------------------------------------------------------------------------

    def __primitive__(self, primitive: Primitive, operands: tuple[Any, ...]) -> Any:
        """Record the operation over these operands: what every primitive does on meeting a Value."""
        if primitive.arity == 1:
            return record1(primitive, self)
        return record(primitive, operands)

    def __getattr__(self, name: str) -> Callable[..., Value]:
        """The one-operand primitives are methods, also those declared after this class was made.

        So are those that NumPy calls by a name of its own: `np.arctan` of an array of Values asks each
        of them for `arctan`.
        """
        primitive = PRIMITIVES.get(NUMPY_NAMES.get(name, name))
        if primitive is None or not (is_method(primitive) or name in NUMPY_NAMES):
            raise AttributeError(f"'Value' object has no attribute {name!r}")
        return lambda *operands: primitive(self, *operands)

    # --- copies ---------------------------------------------------------------------------------------------

    def __copy__(self) -> Value:
        return rebuild(*copying.fields(self))

    def __deepcopy__(self, memo: dict[int, Any]) -> Value:
        copied: Value = copying.deepcopy(self, memo, rebuild)
        return copied

    def __reduce_ex__(self, protocol: object) -> tuple[Any, ...]:
        return copying.reduce(self, rebuild)


@final
@mypyc_attr(acyclic=True)
class Recorded(Value):
    """A Value made by an operation; all that sets it apart is that it is quick to make."""

    __slots__ = ()

    def __init__(
        self,
        primitive: Primitive,
        number: float,
        left: Value | None,
        right: Value | None,
        dleft: float,
        dright: float,
    ) -> None:
        self.number = number
        self.grad_ = 0.0
        self.mark = 0
        self.extra = None
        self.left = left
        self.right = right
        self.dleft = dleft
        self.dright = dright
        self.primitive = primitive


# --- recording ----------------------------------------------------------------------------------------------


def record2(
    primitive: Primitive, z: float, left: Value | None, right: Value | None, dleft: float, dright: float
) -> Value:
    """Record a result of one or two operands; where a side is None its partial's place holds the constant."""
    node = Recorded(primitive, z, left, right, dleft, dright)
    return _in_modes(node) if MODES.open else node


def record1(primitive: Primitive, x: Value) -> Value:
    """Record a primitive of one operand: `record`, without the detours."""
    number = x.number
    z = primitive.evaluate(number)
    partial = primitive.partials(z, number)
    if type(z) is not float or type(partial) is not float:
        return record(primitive, (x,))
    node = Recorded(primitive, z, x, None, partial, 0.0)
    return _in_modes(node) if MODES.open else node


def record(primitive: Primitive, operands: tuple[Any, ...]) -> Value:
    """Evaluate the primitive over Values and numbers, and record it with its local partials.

    TypeError where an operand is no number, or the primitive gives none.
    """
    if primitive.constant_form is not None and len(operands) > 1:
        nodes = [x for x in operands if isinstance(x, Value)]
        if len(nodes) < len(operands):
            bound = primitive(*[x for x in operands if not isinstance(x, Value)])
            most = nodes[0] if len(nodes) == 1 else record(primitive, tuple(nodes))
            return record(primitive.constant_form, (most, bound))
    if primitive is where:
        operands = _chosen(operands)
    given: list[Any] = []
    numbers: list[float] = []
    for operand in operands:
        if isinstance(operand, Value):
            given.append(operand)
            numbers.append(operand.number)
        else:
            constant = as_float(operand, primitive.name)
            given.append(constant)
            numbers.append(constant)
    z = _checked(primitive, primitive.evaluate(*numbers), "evaluate")
    partials = primitive.local_partials(z, tuple(numbers))
    count = len(given)
    if primitive.arity is None or count > 2:
        node = Recorded(primitive, z, None, None, 0.0, 0.0)
        extra = Extra()
        extra.operands = tuple(given)
        extra.partials = [d if type(d) is float else _checked(primitive, d, "rule") for d in partials]
        node.extra = extra
        return _in_modes(node) if MODES.open else node
    x = given[0]
    left: Value | None = x if isinstance(x, Value) else None
    dleft: float = _checked(primitive, partials[0], "rule") if left is not None else x
    if count == 1:
        return record2(primitive, z, left, None, dleft, 0.0)
    y = given[1]
    right: Value | None = y if isinstance(y, Value) else None
    dright: float = _checked(primitive, partials[1], "rule") if right is not None else y
    return record2(primitive, z, left, right, dleft, dright)


def _checked(primitive: Primitive, number: object, giver: str) -> float:
    if isinstance(number, float):
        return number
    if isinstance(number, int):
        return float(number)
    raise TypeError(
        f"the {giver} of {primitive.name} gave {number!r} of type {type(number).__name__}: "
        "it must give a float"
    )


def _chosen(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """For `where`: the branch not taken becomes a constant, so that nothing at all flows into it."""
    condition, a, b = operands
    if isinstance(condition, Value) and condition.mark < 0:
        return operands
    if condition:
        return 1.0, a, b.number if isinstance(b, Value) else b
    return 0.0, a.number if isinstance(a, Value) else a, b


def _in_modes(node: Recorded) -> Value:
    """What this thread's modes make of a result just computed."""
    here = modes()
    if not here:
        return node
    traced = "tracing" in here
    if traced:
        node.mark = -1
    if "strict" in here:
        _check_finite(node)
    if "no_grad" in here:
        if not traced:
            return Value(node.number)
        node = Recorded(PRIMITIVES["stop_gradient"], node.number, node, None, 0.0, 0.0)
        node.mark = -1
    if "journal" in here:
        THREAD.nodes.append(node)
    return node


def _check_finite(node: Recorded) -> None:
    source = source_line()
    partials = graph.partials(node)
    if not (math.isfinite(node.number) and all([math.isfinite(d) for d in partials])):
        numbers = [x.number if isinstance(x, Value) else x for x in graph.operands(node)]
        name = "" if node.primitive is None else node.primitive.name
        raise NonFiniteError(
            f"{name} of {', '.join([repr(x) for x in numbers])} gave {node.number!r} "
            f"with local partials {partials!r} at {source}"
        )
    if node.extra is None:
        node.extra = Extra()
    node.extra.source = source


def compare(primitive: Primitive, x: object, y: object) -> Any:
    """Compare by numbers; a condition is recorded only where an operand is being traced."""
    if not (is_operand(x) and is_operand(y)):
        return NotImplemented
    if (isinstance(x, Value) and x.mark < 0) or (isinstance(y, Value) and y.mark < 0):
        return record(primitive, (x, y))
    # Any: of two objects the compiler takes == to give a bool, and NumPy's scalars give one of their own.
    a: Any = x.number if isinstance(x, Value) else x
    b: Any = y.number if isinstance(y, Value) else y
    if primitive is less:
        return bool(a < b)
    return bool(a == b) if primitive is equal else bool(a <= b)


def is_number(x: object) -> bool:
    """Whether an operand is a plain number: it converts to a float, and is neither Value nor array."""
    if isinstance(x, float | int):
        return True
    kind = type(x)
    return hasattr(kind, "__float__") and not hasattr(kind, "__len__") and not isinstance(x, Value)


def is_operand(x: object) -> bool:
    """Whether an operand is a Value or a plain number."""
    return isinstance(x, Value) or is_number(x)


def is_method(primitive: Primitive) -> bool:
    """Whether a primitive is also a method of Value: it needs one operand."""
    return primitive.arity is not None and primitive.required == 1


def rebuild(
    number: float,
    grad: float | None,
    label: str | None,
    primitive: Primitive | None,
    operands: tuple[Any, ...],
    partials: tuple[float, ...],
) -> Value:
    """A value from the fields that `copying.fields` gives."""
    node: Value
    if primitive is None:
        node = Value(number)
    else:
        node = Recorded(primitive, number, None, None, 0.0, 0.0)
        captured = iter(partials)
        aligned = [next(captured) if isinstance(x, Value) else x for x in operands]
        if primitive.arity is None or len(operands) > 2:
            node.extra = Extra()
            node.extra.operands = operands
            node.extra.partials = aligned
        else:
            if isinstance(operands[0], Value):
                node.left = operands[0]
            node.dleft = aligned[0]
            if len(operands) == 2:
                if isinstance(operands[1], Value):
                    node.right = operands[1]
                node.dright = aligned[1]
    if grad is not None:
        node.grad_ = grad
        node.mark = 1
    if label is not None:
        node.label = label
    return node


def _install(primitive: Primitive) -> None:
    def method(self: Value) -> Any:
        return record1(primitive, self)

    def method_with_defaults(self: Value, *operands: Any) -> Any:
        return record(primitive, primitive.complete((self, *operands)))

    setattr(Value, primitive.name, method if primitive.arity == 1 else method_with_defaults)


for _primitive in PRIMITIVES.values():
    if is_method(_primitive):
        _install(_primitive)

# Whether this package runs as compiled code, or as plain Python.
compiled: bool = not __file__.endswith(".py")


def _refuse_deletion(name: str, getter: Any) -> None:
    """Put a property of Python's around a compiled one, which would crash on `del value.data`."""
    found: Any = vars(Value)[name]
    setattr(Value, name, property(getter, found.__set__, doc=found.__doc__))


if compiled:
    _refuse_deletion("data", vars(Value)["data"].__get__)
    _refuse_deletion("grad", attrgetter("grad_"))
    _refuse_deletion("label", vars(Value)["label"].__get__)
