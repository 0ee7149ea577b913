"""Value as a number: construction, operators, comparisons, conversions, copies, errors."""

from __future__ import annotations

import copy
import gc
import math
import operator
import pickle
from decimal import Decimal
from fractions import Fraction
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, no_grad

FLOATS = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e6, max_value=1e6)
NONZERO = FLOATS.filter(lambda x: abs(x) > 1e-6)
BINARY = [operator.add, operator.sub, operator.mul, operator.truediv, operator.floordiv, operator.mod]


@pytest.mark.parametrize(
    "data", [2, True, 2.5, np.float32(2.5), np.float64(2.5), np.int64(3), Fraction(1, 4), Decimal("0.5")]
)
def test_real_numbers_convert(data):
    value = Value(data)
    assert type(value.data) is float
    assert value.data == float(data)
    assert (value.grad, value.label, value.op, value.parents) == (0.0, None, "", ())


@pytest.mark.parametrize("data", ["3", None, 1j, [1.0], np.array([1.0, 2.0]), object()])
def test_what_is_no_real_number_raises_and_says_the_value(data):
    with pytest.raises(TypeError) as error:
        Value(data)
    assert type(data).__name__ in str(error.value) or "array" in str(error.value)


def test_an_integer_too_large_raises():
    with pytest.raises(OverflowError, match="1329 bits"):
        Value(10**400)


def test_assigning_converts_and_bad_assignments_change_nothing():
    x = Value(1.0, label="x")
    x.data = 3
    x.grad = 2
    assert (x.data, x.grad) == (3.0, 2.0)
    for attribute in ("data", "grad"):
        with pytest.raises(TypeError):
            setattr(x, attribute, "many")
    with pytest.raises(TypeError):
        x.label = 3
    assert (x.data, x.grad, x.label) == (3.0, 2.0, "x")


@pytest.mark.parametrize("attribute", ["data", "grad", "label", "op", "parents", "_prev"])
def test_attributes_cant_be_deleted(attribute):
    x = Value(1.0, label="x") * 2
    with pytest.raises(AttributeError):
        delattr(x, attribute)
    assert (x.data, x.grad, x.label, x.op) == (2.0, 0.0, None, "*")


def test_value_has_no_subclasses():
    with pytest.raises(TypeError, match="attribute instead"):

        class Sub(Value):
            pass


def test_format():
    x = Value(2.5, label="x")
    assert f"{x:.3f} {x:8.1e} {x}" == "2.500  2.5e+00 Value(data=2.5, label='x')"
    with pytest.raises(ValueError, match="format"):
        f"{x:nonsense}"


@pytest.mark.parametrize("attribute", ["op", "parents", "operands", "partials", "_prev", "_op"])
def test_what_was_recorded_is_read_only(attribute):
    with pytest.raises(AttributeError):
        setattr(Value(1.0), attribute, ())


@pytest.mark.parametrize("operation", BINARY)
@given(x=NONZERO, y=NONZERO)
def test_operators_give_the_floats_results_in_both_orders(operation, x, y):
    expected = operation(x, y)
    for a, b in [
        (Value(x), Value(y)),
        (Value(x), y),
        (x, Value(y)),
        (Value(x), np.float64(y)),
        (np.float64(x), Value(y)),
    ]:
        result = operation(a, b)
        assert isinstance(result, Value)
        assert result.data == expected
        assert len(result.parents) == isinstance(a, Value) + isinstance(b, Value)


@given(x=st.floats(0.1, 10.0), y=st.floats(-3.0, 3.0))
def test_powers_with_either_or_both_a_value(x, y):
    for z in (Value(x) ** Value(y), Value(x) ** y, x ** Value(y)):
        assert z.data == x**y
    with pytest.raises(TypeError):
        pow(Value(x), y, 2)


@given(x=NONZERO, y=NONZERO)
def test_divmod_neg_pos_abs(x, y):
    for a, b in [(Value(x), Value(y)), (Value(x), y), (x, Value(y))]:
        assert tuple(part.data for part in divmod(a, b)) == divmod(x, y)
    value = Value(x)
    assert ((-value).data, (+value).data, abs(value).data) == (-x, x, abs(x))


@given(x=FLOATS, y=FLOATS)
def test_comparisons_are_those_of_the_numbers(x, y):
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        expected = compare(x, y)
        assert compare(Value(x), Value(y)) is expected
        assert compare(Value(x), y) is expected
        assert compare(x, Value(y)) is expected


NUMPY_NUMBERS = [np.float64(2.0), np.float32(2.0), np.float16(2.0), np.int64(2), np.uint8(2), np.bool_(1)]


@pytest.mark.parametrize("number", NUMPY_NUMBERS, ids=lambda number: type(number).__name__)
def test_comparisons_with_the_numbers_of_numpy(number):
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        for x in (1.0, 2.0):
            assert compare(Value(x), number) == compare(x, float(number))
            assert compare(number, Value(x)) == compare(float(number), x)


def test_hash_is_identity():
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert len({a, b}) == 2
    assert {a: "a"}[a] == "a"


def test_comparison_with_other_types():
    assert (Value(1.0) == "1") is False
    assert (Value(1.0) != None) is True  # noqa: E711
    with pytest.raises(TypeError):
        Value(1.0) < "1"  # noqa: B015


@given(x=FLOATS)
def test_conversions(x):
    value = Value(x)
    assert (float(value), int(value), bool(value)) == (x, int(x), bool(x))
    assert (round(value), round(value, 2)) == (round(x), round(x, 2))
    assert (math.floor(value), math.ceil(value), math.trunc(value)) == (
        math.floor(x),
        math.ceil(x),
        math.trunc(x),
    )
    assert type(round(value)) is int


@given(xs=st.lists(FLOATS, min_size=1))
def test_sum_of_values(xs):
    values = [Value(x) for x in xs]
    total = sum(values)
    assert total.data == reduce(operator.add, xs, 0.0)  # the builtin sum of floats compensates
    total.backward()
    assert [v.grad for v in values] == [1.0] * len(xs)


def test_arrays_of_values():
    x, y = Value(2.0), Value(3.0)
    a = np.array([x, y])
    assert a.dtype == object
    assert (a @ a).data == 13.0
    assert np.sum(a).data == 5.0
    assert [v.data for v in a * 2] == [4.0, 6.0]
    assert [v.data for v in a * x] == [v.data for v in x * a] == [4.0, 6.0]
    assert [v.data for v in a + np.array([1.0, 2.0])] == [3.0, 5.0]
    for name in ("exp", "sin", "cos", "tan", "sqrt", "log", "tanh", "cosh", "sinh", "expm1", "log1p"):
        assert [v.data for v in getattr(np, name)(a)] == pytest.approx(
            getattr(np, name)([2.0, 3.0]).tolist(), rel=1e-15
        )
    for scalar in (np.float64(2.0), np.float32(2.0), np.int64(2)):
        for product in (scalar * x, x * scalar):
            assert isinstance(product, Value)
            assert product.data == 4.0
    assert isinstance(np.exp(x), Value)


RENAMED = ("arcsin", "arccos", "arctan", "arcsinh", "arctanh", "deg2rad", "rad2deg", "fabs", "rint")


@pytest.mark.parametrize("name", [*RENAMED, "conjugate", "exp2", "log2", "log10", "cbrt"])
def test_numpy_functions_whose_names_differ_from_ours(name):
    function = getattr(np, name)
    (z,) = function(np.array([Value(0.75)]))
    assert isinstance(z, Value)
    assert z.data == pytest.approx(function(0.75), rel=1e-15)


def test_numpy_functions_of_two_arrays_and_statistics():
    a, b = np.array([Value(3.0), Value(1.0)]), np.array([4.0, Value(2.0)])
    for function in (np.arctan2, np.hypot):
        for z, x, y in zip(function(a, b), (3.0, 1.0), (4.0, 2.0), strict=True):
            assert z.data == pytest.approx(function(x, y), rel=1e-15)
    assert (a.mean().data, a.var().data, a.std().data) == (2.0, 1.0, 1.0)
    assert np.arccosh(a)[0].data == pytest.approx(np.arccosh(3.0), rel=1e-15)


@pytest.mark.parametrize("other", ["1", None, [1.0], 1j, {}])
@pytest.mark.parametrize("operation", [*BINARY, operator.pow, divmod])
def test_wrong_operands_raise(operation, other):
    for a, b in [(Value(2.0), other), (other, Value(2.0))]:
        if operation is operator.mod and isinstance(a, str):
            continue  # formatting
        with pytest.raises(TypeError):
            operation(a, b)


def test_an_unknown_attribute_raises():
    with pytest.raises(AttributeError, match="no attribute 'gradient'"):
        Value(1.0).gradient  # noqa: B018


@pytest.mark.parametrize("arguments", [(), (1.0, "x", 3)])
def test_wrong_construction_raises_and_frees(arguments):
    with pytest.raises(TypeError):
        Value(*arguments)
    gc.collect()


def test_repr_leaves_out_what_says_nothing():
    x = Value(3.0, label="x")
    y = x * 2
    assert repr(x) == "Value(data=3.0, label='x')"
    assert repr(y) == "Value(data=6.0, op='*')"
    y.backward()
    assert repr(x) == "Value(data=3.0, grad=2.0, label='x')"
    assert repr(y) == "Value(data=6.0, grad=1.0, op='*')"


def test_operands_keep_order_and_constants():
    x, y = Value(3.0), Value(2.0)
    assert (x - y).operands == (x, y)
    assert (x - 1).operands == (x, 1.0)
    assert (1 / x).operands == (1.0, x)
    assert (1 / x).parents == (x,)
    assert (-x).operands == (x,)
    assert (x * x).parents == (x, x)
    assert (x * x).partials == (3.0, 3.0)


@pytest.mark.parametrize(
    "clone",
    [
        copy.deepcopy,
        lambda graph: pickle.loads(pickle.dumps(graph)),
        lambda graph: pickle.loads(pickle._dumps(graph)),
    ],
)
def test_copies_of_a_root_and_a_leaf_stay_one_graph(clone):
    x, y = Value(2.0, label="x"), Value(-3.0)
    z = autograd.math.dot([x, y, 1.0], [y, 2.0, x]) * x.tanh()
    z.backward()
    root, leaf, other = clone((z, x, y))
    assert (root.data, leaf.grad, leaf.label, other.grad) == (z.data, x.grad, "x", y.grad)
    assert root is not z
    root.backward()
    assert leaf.grad == 2 * x.grad
    assert other.grad == 2 * y.grad
    assert root.parents[0].parents[0] is leaf


def test_pickling_many_roots_that_share_and_then_one_of_their_nodes():
    x = Value(2.0)
    a = x * x
    b, c = a + 1.0, a.exp()
    b2, c2, a2 = pickle.loads(pickle.dumps([b, c, a]))
    assert b2.parents[0] is a2
    assert c2.parents[0] is a2
    assert pickle.loads(pickle.dumps(a)).parents[0].data == 2.0


def test_a_failed_pickle_spoils_nothing():
    class Full(Exception):
        pass

    class File:
        def write(self, data):
            raise Full

    deep = Value(1.0)
    for _ in range(50_000):
        deep = deep * 1.0
    with pytest.raises(Full):
        pickle.Pickler(File(), 0).dump(deep)
    assert pickle.loads(pickle.dumps(deep)).data == 1.0
    assert pickle.loads(pickle.dumps(deep.parents[0])).data == 1.0


def test_shallow_copy_shares_the_operands():
    x = Value(2.0)
    y = x * x
    z = copy.copy(y)
    assert z is not y
    assert z.parents == (x, x)
    assert z.parents[0] is x


def test_no_grad_nests_decorates_and_survives_exceptions():
    x = Value(3.0)
    with no_grad():
        with no_grad():
            assert (x * x).parents == ()
        assert (x * x).parents == ()
    with pytest.raises(ZeroDivisionError), no_grad():
        1 / 0  # noqa: B018
    assert (x * x).parents == (x, x)

    @no_grad()
    def double(v):
        """Twice."""
        return v * 2

    assert double(x).parents == ()
    assert double.__name__ == "double"
    assert (x * 2).parents == (x,)


def test_no_grad_says_where_it_would_do_nothing():
    with pytest.raises(TypeError, match=r"write @no_grad\(\)"):

        @no_grad
        def bare(v):
            return v

    def generator(v):
        yield v * 2

    async def coroutine(v):
        return v * 2

    for function in (generator, coroutine):
        with pytest.raises(TypeError, match=r"with no_grad\(\)"):
            no_grad()(function)


def test_no_grad_is_per_thread():
    from threading import Barrier, Thread

    x, barrier, seen = Value(3.0), Barrier(2), {}

    def quiet():
        with no_grad():
            barrier.wait()
            seen["inside"] = (x * x).parents
            barrier.wait()

    thread = Thread(target=quiet)
    thread.start()
    barrier.wait()
    seen["outside"] = (x * x).parents
    barrier.wait()
    thread.join()
    assert seen == {"inside": (), "outside": (x, x)}


def test_strict_names_the_operation_the_operands_and_the_line():
    x = Value(-1.0)
    with autograd.strict():
        assert (x * 2).source.startswith(__file__)
        with pytest.raises(autograd.NonFiniteError, match=r"log of -1.0 gave nan.*test_value.py:\d+"):
            x.log()
        with pytest.raises(
            autograd.NonFiniteError, match=r"sqrt of 0.0 gave 0.0 with local partials \(inf,\)"
        ):
            Value(0.0).sqrt()
    assert math.isnan(x.log().data)
