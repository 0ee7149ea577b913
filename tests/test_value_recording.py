"""Recording: the node an operation leaves, in every mode, and the words in which it refuses."""

from __future__ import annotations

import copy
import math
import operator
import pickle
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Value, no_grad, strict
from autograd.modes import MODES, THREAD, journal, resumed, tracing
from autograd.primitive_type import Primitive
from autograd.value import (
    NUMPY_NAMES,
    Recorded,
    _install,
    _refuse_deletion,
    compare,
    is_method,
    is_number,
    is_operand,
    rebuild,
    record,
    record1,
    record2,
)

NUMBERS = [3.0, 3, True, Fraction(3, 2), np.float64(3.0), np.float32(2.5), np.int64(3)]
OPERATORS = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "floordiv": operator.floordiv,
    "mod": operator.mod,
}


def same(found, wanted):
    return found == wanted or (found != found and wanted != wanted)


# --- operators ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPERATORS)
@given(
    st.floats(-9.0, 9.0) | st.sampled_from([0.0, -0.0, math.inf, math.nan]),
    st.floats(-9.0, 9.0) | st.sampled_from([0.0, 1.0, 2.0, -1.0, -math.inf]),
)
def test_an_operator_leaves_the_tables_node(name, x, y):
    operate, primitive = OPERATORS[name], PRIMITIVES[name]
    z = primitive.evaluate(x, y)
    rule = primitive.local_partials(z, (x, y))
    for a, b in [(Value(x), Value(y)), (Value(x), y), (x, Value(y))]:
        node = operate(a, b)
        assert type(node) is Recorded
        assert node.primitive is primitive
        assert same(node.data, z)
        operands = [p if isinstance(p, Value) else float(p) for p in (a, b)]
        assert all(
            [
                p is q if isinstance(p, Value) else same(p, q)
                for p, q in zip(operands, node.operands, strict=True)
            ]
        )
        partials = [d for d, p in zip(rule, (a, b), strict=True) if isinstance(p, Value)]
        assert all(map(same, node.partials, partials)), (node.partials, partials)
        assert (node.grad, node.has_grad, node.label, node.source) == (0.0, False, None, None)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("name", OPERATORS)
def test_numbers_of_other_types_become_constants(name, number):
    x = Value(2.0)
    operate, primitive = OPERATORS[name], PRIMITIVES[name]
    for node, operands in (
        (operate(x, number), (x, float(number))),
        (operate(number, x), (float(number), x)),
    ):
        assert [type(p) for p in node.operands] == [type(p) for p in operands]
        assert node.data == primitive.evaluate(*map(float, operands))
        assert node.parents == (x,)


def test_what_operators_leave_to_others():
    x = Value(2.0)

    class Other:
        def __radd__(self, left):
            return "other"

        __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rfloordiv__ = __rmod__ = __rdivmod__ = __radd__
        __add__ = __sub__ = __mul__ = __truediv__ = __pow__ = __floordiv__ = __mod__ = __divmod__ = __radd__

    for operate in (*OPERATORS.values(), divmod):
        assert operate(x, Other()) == "other"
        assert operate(Other(), x) == "other"
    for method in ("lt", "le", "gt", "ge", "eq", "ne"):
        assert getattr(x, f"__{method}__")("text") is NotImplemented


@pytest.mark.parametrize("operate", [*OPERATORS.values(), divmod], ids=[*OPERATORS, "divmod"])
def test_operands_that_nobody_knows_are_named_by_python(operate):
    class Bare:
        pass

    for a, b in [(Value(2.0), Bare()), (Bare(), Value(2.0)), (Value(2.0), None), (1j, Value(2.0))]:
        with pytest.raises(TypeError, match="unsupported operand type"):
            operate(a, b)


def test_signs():
    x = Value(2.0)
    assert +x is x
    assert ((-x).data, (-x).partials, (-x).primitive.name, (-x).dright) == (-2.0, (-1.0,), "neg", 0.0)
    assert (abs(Value(-2.0)).data, abs(Value(-2.0)).partials) == (2.0, (-1.0,))
    quotient, rest = divmod(Value(7.0), 3)
    assert (quotient.data, rest.data, quotient.op, rest.op) == (2.0, 1.0, "//", "%")
    quotient, rest = divmod(7, Value(3.0))
    assert (quotient.data, rest.data) == (2.0, 1.0)
    assert hash(x) == id(x) >> 4


# --- recording ----------------------------------------------------------------------------------------------


def test_a_new_value():
    x = Value(2.0)
    assert (x.data, x.grad, x.has_grad, x.label, x.op, x.source) == (2.0, 0.0, False, None, "", None)
    assert (x.primitive, x.parents, x.operands, x.partials, x._prev, x._op) == (None, (), (), (), (), "")
    assert x.extra is None  # no memory for what it lacks
    assert Value(2.0, label="").label == ""
    assert (Value(2.0, "x").label, (x * 2.0).extra) == ("x", None)
    before = autograd.graph.CLOCK.now
    assert (Value(1.0).dleft, Value(1.0).dright) == (before, 0.0)
    autograd.grad(lambda x: x)(1.0)
    assert Value(1.0).dleft > before
    x.label = "later"
    x.label = None
    assert (x.label, repr(x)) == (None, "Value(data=2.0)")


def test_gradients_by_hand():
    x = Value(2.0)
    x.grad = 3
    assert (type(x.grad), x.grad, x.has_grad, repr(x)) == (float, 3.0, True, "Value(data=2.0, grad=3.0)")
    x.grad = 0
    assert (x.grad, x.has_grad) == (0.0, False)
    x.grad = -1.0
    (x * 2.0).backward()
    assert (x.grad, x.has_grad) == (1.0, True)
    traced = Value(1.0)
    traced.mark = -1
    traced.grad = 5.0
    assert (traced.mark, traced.has_grad) == (-1, False)
    for write, name in (
        (lambda: setattr(x, "grad", "no"), "grad"),
        (lambda: x.backward("no"), "backward's seed"),
    ):
        with pytest.raises(TypeError) as caught:
            write()
        assert str(caught.value).startswith(f"{name} got 'no' of type str")
    with pytest.raises(TypeError) as caught:
        x.label = 3
    assert str(caught.value) == "label got 3 of type int: give a str or None"


@pytest.mark.parametrize("primitive", [p for p in PRIMITIVES.values() if p.arity and p.arity < 4], ids=str)
def test_recording_over_values_and_numbers(primitive):
    numbers = (0.75, 0.5, 0.25)[: primitive.arity]
    if primitive.constant_form is not None or primitive.name == "where":
        return
    z = primitive.evaluate(*numbers)
    rule = primitive.local_partials(z, numbers)
    for mask in range(1, 2**primitive.arity):
        operands = tuple([Value(x) if mask >> i & 1 else x for i, x in enumerate(numbers)])
        node = primitive(*operands)
        assert node.operands == operands
        assert node.primitive is primitive
        assert same(node.data, z)
        assert all(
            map(same, node.partials, [d for d, p in zip(rule, operands, strict=True) if isinstance(p, Value)])
        )
        assert all([type(d) is float for d in node.partials])
        assert node.parents == tuple([p for p in operands if isinstance(p, Value)])


def test_wide_nodes_hold_one_partial_an_operand():
    x, y = Value(3.0), Value(2.0)
    node = autograd.math.prod([x, 5.0, y])
    assert (node.operands, node.extra.partials) == ((x, 5.0, y), [10.0, 6.0, 15.0])
    assert (node.left, node.right, node.dleft, node.dright) == (None, None, 0.0, 0.0)
    one = autograd.math.prod([x])
    assert (one.operands, one.partials) == ((x,), (1.0,))


def test_constants_in_a_maximum_take_no_share():
    maximum, minimum = PRIMITIVES["maximum"], PRIMITIVES["minimum"]
    x, y = Value(1.0), Value(1.0)
    assert maximum(x, y).partials == (0.5, 0.5)
    assert maximum(x, y).primitive is maximum
    z = maximum(0.0, x, 1.0)
    assert (z.data, z.primitive.name, z.operands, z.partials) == (1.0, "max_constant", (x, 1.0), (0.0,))
    z = maximum(x, 5.0, y, 7.0)
    assert (z.data, z.operands[1], z.operands[0].primitive) == (7.0, 7.0, maximum)
    assert z.operands[0].operands == (x, y)
    assert minimum(x, 3.0).partials == (1.0,)
    for z in (maximum(x, 1.0), maximum(1.0, x), record(maximum, (x, 1))):
        assert (z.primitive.name, z.left is x, z.dright, z.partials) == ("max_constant", True, 1.0, (0.0,))
    assert record(maximum, (x,)).primitive is maximum


def test_where_makes_a_constant_of_the_branch_not_taken():
    where = autograd.math.where
    x, y = Value(1.0), Value(math.inf)
    for node, operands in [
        (where(True, x, y), (1.0, x, math.inf)),
        (where(0.0, x, y), (0.0, 1.0, y)),
        (where(Value(2.0), x, 5), (1.0, x, 5.0)),
        (where(Value(0.0), 5, x), (0.0, 5.0, x)),
    ]:
        assert [(type(p), float(p)) for p in node.operands] == [(type(p), float(p)) for p in operands]
    condition = Value(1.0)
    condition.mark = -1
    assert where(condition, x, y).operands == (condition, x, y)


def test_results_that_are_no_floats():
    whole = Primitive("whole", lambda x: 2, lambda z, x: 3)
    node = whole(Value(1.0))
    assert (type(node.data), node.data, type(node.partials[0]), node.partials) == (float, 2.0, float, (3.0,))
    pair = Primitive("pair", lambda x, y: 2, lambda z, x, y: (3, 4), arity=2)
    assert pair(Value(1.0), Value(1.0)).partials == (3.0, 4.0)
    wide = Primitive("wide", lambda *xs: 2, lambda z, *xs: (3, 4.0), arity=None)
    assert [type(d) for d in wide(Value(1.0), Value(1.0)).partials] == [float, float]
    for wrong, words in [
        (Primitive("odd", lambda *xs: "2", lambda z, x: 1.0), "the evaluate of odd gave '2' of type str"),
        (Primitive("odd", lambda *xs: 2.0, lambda z, x: None), "the rule of odd gave None of type NoneType"),
    ]:
        with pytest.raises(TypeError) as caught:
            wrong(Value(1.0))
        assert str(caught.value) == f"{words}: it must give a float"
    for arity in (2, None):
        for rule in (lambda z, x, y: ("1", 1.0), lambda z, x, y: (1.0, "1")):
            odd = Primitive("odd", lambda x, y: 2.0, rule, arity=arity)
            with pytest.raises(TypeError, match="the rule of odd gave '1' of type str: it must give a float"):
                odd(Value(1.0), Value(1.0))
    with pytest.raises(TypeError, match="fsum got 'no' of type str"):
        PRIMITIVES["fsum"](Value(1.0), "no")


def test_the_three_ways_to_record():
    x, y = Value(3.0), Value(2.0)
    mul, exp = PRIMITIVES["mul"], PRIMITIVES["exp"]
    node = record2(mul, 6.0, x, y, 2.0, 3.0)
    assert (node.data, node.operands, node.partials, node.mark) == (6.0, (x, y), (2.0, 3.0), 0)
    assert record1(exp, x).operands == record(exp, (x,)).operands == (x,)
    assert record1(exp, x).partials == record(exp, (x,)).partials == (math.exp(3.0),)
    assert record1(exp, x).dright == 0.0
    assert record(mul, (x, 2)).operands == (x, 2.0)
    node = record(mul, (x, y))
    assert (node.left is x, node.right is y, node.extra) == (True, True, None)
    for node in (record1(exp, x), record(mul, (2, x)), record(PRIMITIVES["fsum"], (x, y, 1))):
        assert type(node) is Recorded
    with no_grad():
        for node in (
            record1(exp, x),
            record2(mul, 6.0, x, y, 2.0, 3.0),
            record(PRIMITIVES["fsum"], (x, y, 1)),
        ):
            assert (type(node), node.parents) == (Value, ())


# --- modes --------------------------------------------------------------------------------------------------


def test_modes_of_a_result():
    x = Value(3.0)
    assert MODES.open == 0
    with tracing():
        node = x * 2.0
        assert (node.mark, node.parents) == (-1, (x,))
        with no_grad():
            stopped = x * 2.0
    assert (stopped.primitive.name, stopped.mark, stopped.parents[0].mark) == ("stop_gradient", -1, -1)
    assert (stopped.number, stopped.partials, stopped.dright) == (6.0, (0.0,), 0.0)
    with journal(), no_grad():
        pass
    kept = journal()
    with kept:
        a = x * 2.0
        b = a + 1.0
        with no_grad():
            a * 3.0
            with resumed():
                c = b * b
    assert [id(n) for n in kept.nodes] == [id(n) for n in (a, b, c)]
    assert MODES.open == 0
    assert getattr(THREAD, "nodes", None) is None


def test_strict_finds_the_first_number_that_is_not_finite():
    with strict():
        node = Value(2.0) * 3.0
        assert node.source.rpartition(":")[0] == __file__
        wide = autograd.math.fsum([node, 1.0, node])
        assert wide.source.rpartition(":")[0] == __file__
        assert wide.operands == (node, 1.0, node)
        for make, words in [
            (lambda: Value(0.0).log(), "log of 0.0 gave -inf with local partials (inf,) at "),
            (lambda: Value(0.0).sqrt(), "sqrt of 0.0 gave 0.0 with local partials (inf,) at "),
            (lambda: Value(1.0) / 0.0, "div of 1.0, 0.0 gave inf with local partials (inf,) at "),
            (
                lambda: 1e300 * Value(1e300),
                "mul of 1e+300, 1e+300 gave inf with local partials (1e+300,) at ",
            ),
        ]:
            with pytest.raises(autograd.NonFiniteError) as caught:
                make()
            assert str(caught.value).startswith(words)
            assert str(caught.value).rpartition(":")[0].endswith(__file__)
    assert (Value(2.0) * 3.0).source is None


# --- Python's numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("read", "what"),
    [
        (float, "float()"),
        (int, "int()"),
        (bool, "the truth"),
        (round, "round()"),
        (math.floor, "math.floor()"),
        (math.ceil, "math.ceil()"),
        (math.trunc, "math.trunc()"),
        (lambda x: x.concrete("this"), "this"),
    ],
)
def test_a_traced_value_is_no_number(read, what):
    x = Value(2.5)
    assert read(x) == read(2.5) if what != "this" else read(x) == 2.5
    x.mark = -1
    with pytest.raises(autograd.TracedValueError) as caught:
        read(x)
    assert str(caught.value) == (
        f"{what} of a value being traced: it stands for every number, so no decision can hang "
        "on it. Choose with autograd.math.where, or pass the argument as static (static_argnums)"
    )


def test_comparisons_of_a_traced_value_are_recorded():
    x, y = Value(2.0), Value(3.0)
    x.mark = -1
    less, less_equal, equal = [PRIMITIVES[name] for name in ("less", "less_equal", "equal")]
    for node, primitive, operands, number in [
        (x < y, less, (x, y), 1.0),
        (x <= 2.0, less_equal, (x, 2.0), 1.0),
        (x > y, less, (y, x), 0.0),
        (y > x, less, (x, y), 1.0),
        (x >= y, less_equal, (y, x), 0.0),
        (x == 2.0, equal, (x, 2.0), 1.0),
    ]:
        assert (node.primitive, node.data) == (primitive, number)
        assert all(
            [a is b if isinstance(b, Value) else a == b for a, b in zip(node.operands, operands, strict=True)]
        )
    unequal = x != 2.0
    assert (unequal.data, unequal.op) == (0.0, "-")
    assert compare(less, "a", x) is compare(less, x, "a") is NotImplemented
    assert compare(less, 1.0, 2.0) is True
    assert [compare(p, Value(2.0), 2) for p in (less, less_equal, equal)] == [False, True, True]
    assert (Value(2.0) != 2.0) is False
    assert (Value(2.0) != 3.0) is True


def test_rounding_and_formats():
    assert (round(Value(2.567), 2), type(round(Value(2.5)))) == (2.57, int)
    assert f"{Value(2.567):.2f}|{Value(2.5)}" == "2.57|Value(data=2.5)"


def test_what_is_a_number_and_an_operand():
    for x in NUMBERS:
        assert is_number(x)
        assert is_operand(x)
    for x in ("1", None, [1.0], 1j, np.array([1.0]), {}):
        assert not is_number(x)
        assert not is_operand(x)
    assert not is_number(Value(1.0))
    assert is_operand(Value(1.0))
    assert [is_method(PRIMITIVES[name]) for name in ("exp", "leaky_relu", "mul", "fsum")] == [
        True,
        True,
        False,
        False,
    ]


# --- methods ------------------------------------------------------------------------------------------------


def test_methods_and_numpys_names():
    x = Value(0.5)
    for name, ours in NUMPY_NAMES.items():
        operands = (2.0,) if PRIMITIVES[ours].arity in (2, None) else ()
        assert same(getattr(x, name)(*operands).data, PRIMITIVES[ours](0.5, *operands))
    assert x.leaky_relu(0.3).operands == (x, 0.3)
    assert x.leaky_relu().operands == (x, 0.01)
    assert x.exp().operands == (x,)
    for name in ("mul", "nonsense", "fsum", "arctan3"):
        with pytest.raises(AttributeError) as caught:
            getattr(x, name)
        assert str(caught.value) == f"'Value' object has no attribute {name!r}"
    with pytest.raises(TypeError):
        x.exp(2.0)
    added = autograd.primitive("thrice_as_much", lambda x, k=3.0: k * x, lambda z, x, k: (k, x))
    try:
        assert x.thrice_as_much().operands == (x, 3.0)
        assert x.thrice_as_much(2.0).data == 1.0
    finally:
        PRIMITIVES.pop(added.name)


def test_primitives_become_methods():
    one = Primitive("method_of_one", lambda x: 2.0 * x, lambda z, x: 2.0)
    more = Primitive("method_of_more", lambda x, k: k * x, lambda z, x, k: (k, x), arity=2, defaults=(3.0,))
    x, k = Value(0.5), Value(4.0)
    try:
        _install(one)
        _install(more)
        made = [x.method_of_one(), x.method_of_more(), x.method_of_more(k), x.method_of_more(2)]
        assert [z.primitive for z in made] == [one, more, more, more]
        assert [z.operands for z in made] == [(x,), (x, 3.0), (x, k), (x, 2.0)]
        assert [z.data for z in made] == [1.0, 1.5, 2.0, 1.0]
        with pytest.raises(TypeError, match=r"method_of_more takes 1 to 2 operand\(s\), 3 given"):
            x.method_of_more(1.0, 2.0)
        with pytest.raises(TypeError):
            x.method_of_one(1.0)
    finally:
        del Value.method_of_one, Value.method_of_more


def test_a_subclass_is_refused_in_words():
    with pytest.raises(TypeError) as caught:
        type("Mine", (Value,), {})
    assert str(caught.value) == (
        "Mine can't inherit from Value: the results of operations would be Values all the same. "
        "Hold a Value as an attribute instead"
    )


def test_an_attribute_that_cant_be_deleted():
    original = vars(Value)["label"]
    _refuse_deletion("label", original.__get__)
    try:
        x = Value(1.0, label="a")
        assert x.label == "a"
        x.label = "b"
        assert x.label == original.__get__(x) == "b"
        with pytest.raises(AttributeError):
            del x.label
        assert vars(Value)["label"] is not original
        assert Value.label.__doc__ == original.__doc__
    finally:
        setattr(Value, "label", original)  # noqa: B010
    assert vars(Value)["label"] is original


# --- copies -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("clone", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_has_every_field(clone):
    x, y = Value(3.0, label="x"), Value(2.0)
    shapes = [
        x,
        -x,
        x * y,
        x - 1.0,
        1.0 - x,
        autograd.math.fsum([x, 1.0, y]),
        autograd.math.prod([x]),
        PRIMITIVES["clamp"](x, 0.0, y),
    ]
    for node in shapes:
        for swept in (False, True):
            if swept:
                node.backward(0.5)
            node.label = "named"
            made = clone(node)
            for attribute in ("data", "grad", "has_grad", "label", "op", "partials", "primitive"):
                assert getattr(made, attribute) == getattr(node, attribute)
            assert [float(p) for p in made.operands] == [float(p) for p in node.operands]
            assert [type(p) for p in made.operands] == [
                Value if p in (x, y) and isinstance(p, Value) else type(p) for p in node.operands
            ]
            assert type(made) is type(node)
            made.backward()
            assert made.has_grad


def test_rebuilding_from_fields():
    x = Value(3.0)
    leaf = rebuild(2.0, None, None, None, (), ())
    assert (leaf.data, leaf.has_grad, leaf.label, leaf.extra, type(leaf)) == (2.0, False, None, None, Value)
    leaf = rebuild(2.0, 0.0, "", None, (), ())
    assert (leaf.grad, leaf.has_grad, leaf.label, leaf.mark) == (0.0, True, "", 1)
    node = rebuild(1.0, None, None, PRIMITIVES["sub"], (5.0, x), (-1.0,))
    assert (node.operands, node.partials, node.left, node.right, node.dleft) == (
        (5.0, x),
        (-1.0,),
        None,
        x,
        5.0,
    )
    node = rebuild(1.0, None, None, PRIMITIVES["sub"], (x, 5.0), (1.0,))
    assert (node.operands, node.partials, node.left, node.right, node.dright) == (
        (x, 5.0),
        (1.0,),
        x,
        None,
        5.0,
    )
    node = rebuild(1.0, None, None, PRIMITIVES["clamp"], (x, 0.0, x), (1.0, 2.0))
    assert (node.operands, node.partials, node.dleft, node.dright) == ((x, 0.0, x), (1.0, 2.0), 0.0, 0.0)
    node = rebuild(1.0, None, None, PRIMITIVES["exp"], (x,), (5.0,))
    assert (node.operands, node.partials, node.dright) == ((x,), (5.0,), 0.0)
    node = rebuild(1.0, None, None, PRIMITIVES["fsum"], (x, 7.0), (1.0,))
    assert (node.operands, node.extra.partials, node.left) == ((x, 7.0), [1.0, 7.0], None)
