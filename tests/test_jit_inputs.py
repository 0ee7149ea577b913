"""What jitted functions take and give: arrays of every layout, named tuples, static arguments; errors."""

import collections
import fractions
import math
import pickle

import pytest

from autograd import MissingExtraError, TracedValueError, Value, grad, jit, value_and_grad, vmap
from autograd.compiler import Program
from autograd.compiler.serialize import ProgramError
from autograd.modes import MODES, depth

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

Pair = collections.namedtuple("Pair", "a b")
BASE = np.arange(6.0).reshape(2, 3)
ARRAYS = {
    "strided": np.arange(12.0).reshape(2, 6)[:, ::2],
    "backwards": BASE[::-1, ::-1],
    "fortran": np.asfortranarray(BASE),
    "transposed": np.arange(6.0).reshape(3, 2).T,
    "single": BASE.astype(np.float32),
    "long": BASE.astype(np.longdouble),
    "swapped": BASE.astype(">f8"),
    "integers": np.arange(6).reshape(2, 3),
    "bytes": np.arange(6, dtype=np.uint8).reshape(2, 3),
    "bools": np.array([[True, False, True], [False, True, False]]),
    "objects": np.array([[1, 2.5, fractions.Fraction(1, 4)], [True, np.float64(2.0), 7]], dtype=object),
    "broadcast": np.broadcast_to(np.arange(3.0), (2, 3)),
    "matrix": np.asarray(BASE).view(np.matrix),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_arrays_of_every_kind(kind):
    """A call on a plain array comes first: what it compiled must not be taken for the other layouts."""
    array = ARRAYS[kind]
    f = jit(lambda a: [2.0 * x for row in a for x in row])
    f(np.ones((2, 3)))
    assert f(array) == [2.0 * float(x) for x in np.asarray(array).reshape(-1).tolist()]
    assert len(f.cache) == 1


def test_read_only_empty_and_scalar_arrays():
    array = np.arange(3.0)
    array.flags.writeable = False
    doubled = jit(lambda a: a * 2.0)
    assert doubled(array).tolist() == doubled(array).tolist() == [0.0, 2.0, 4.0]
    assert doubled(np.empty((0, 3))).shape == (0, 3)
    slope = jit(value_and_grad(lambda x: x * x))(np.array(3.0))
    assert slope == value_and_grad(lambda x: x * x)(np.array(3.0)) == (9.0, np.array(6.0))
    assert isinstance(slope[1], np.ndarray)
    assert jit(lambda x: [x * 2.0, np.array(x)])(1.0) == [2.0, np.array(1.0)]


@pytest.mark.parametrize(
    "leaf",
    [
        "3",
        b"3",
        1j,
        None,
        np.str_("3"),
        np.complex64(1j),
        np.datetime64("2020-01-01"),
        range(2),
        {1.0},
        iter([]),
    ],
    ids=lambda x: type(x).__name__,
)
def test_what_is_no_number(leaf):
    f = jit(lambda a: a["x"][1] * 2.0)
    with pytest.raises(TypeError, match=r"type .* at \[0\]\['x'\]\[1\] .*static_argnums|NoneType"):
        f({"x": [1.0, leaf]})
    assert f({"x": [1.0, 2]}) == 4.0


def test_masked_and_other_arrays_are_refused():
    with pytest.raises(TypeError, match="filled"):
        jit(sum)(np.ma.array([1.0, 2.0], mask=[False, True]))
    for dtype in ("U1", "M8[D]", "c16", [("a", float)]):
        with pytest.raises(TypeError, match="dtype"):
            jit(sum)(np.zeros(2, dtype=dtype))


def test_named_tuples_stay_what_they_are():
    f = jit(lambda t: t.a * t.b if isinstance(t, Pair) else t[0] - t[1])
    assert f(Pair(2.0, 3.0)) == 6.0
    assert f((2.0, 3.0)) == -1.0
    assert jit(grad(lambda t: t.a * t.b))(Pair(2.0, 3.0)) == Pair(3.0, 2.0)
    assert type(jit(lambda x: [Pair(x, {"x": x})])(1.0)[0]) is Pair
    program = jit(lambda t: Pair(t.b, t.a)).program(Pair(2.0, 3.0))
    assert pickle.loads(pickle.dumps(program)) == program
    assert Program.from_json(program.to_json())(Pair(2.0, 3.0)) == (3.0, 2.0)


def test_static_arguments_are_told_apart_exactly():
    f = jit(lambda x, n: x * (10.0 if n is True else 1.0) * math.copysign(1.0, n), static_argnums=1)
    assert [f(2.0, n) for n in (1, True, 1.0, 0.0, -0.0, -1)] == [2.0, 20.0, 2.0, 2.0, -2.0, -2.0]
    nested = jit(lambda x, ns: x * (1.0 if ns[0][0] is True else 2.0), static_argnums=1)
    assert [nested(1.0, ((n,),)) for n in (True, 1)] == [1.0, 2.0]


def test_static_arguments_by_name_and_by_default():
    def power(x, n=3, *, scale=1.0):
        return sum([x**k for k in range(n)]) * scale

    f = jit(power, static_argnums=1)
    assert f(2.0) == f(2.0, 3) == f(2.0, n=3) == f(x=2.0, n=3) == 7.0
    assert f(2.0, n=2, scale=2.0) == 6.0
    for wrong in ("n", 1.0, [None], True):
        with pytest.raises(TypeError, match="static_argnums has"):
            jit(power, static_argnums=wrong)
    with pytest.raises(ValueError, match="cache_size"):
        jit(power, cache_size=0)


def test_what_python_needs_as_an_int_is_told():
    for f in (lambda x: [1.0, 2.0][x], lambda x: sum(range(x)), lambda x: "a" * x):
        with pytest.raises(TypeError) as caught:
            jit(f)(1.0)
        assert "static_argnums" in str(getattr(caught.value, "__notes__", caught.value))


def test_deep_and_circular_arguments():
    deep = 1.0
    for _ in range(100_000):
        deep = [deep]
    circle = []
    circle.append(circle)
    for tree in (deep, circle):
        with pytest.raises(RecursionError, match="nested too deeply"):
            jit(lambda _: 1.0)(tree)
    while isinstance(deep, list):  # freed without recursion
        deep = deep.pop()


@pytest.mark.parametrize(
    "result", ["text", 1j, {1.0}, iter([]), object(), 10**400], ids=lambda x: type(x).__name__
)
def test_results_that_are_no_numbers(result):
    with pytest.raises((TypeError, OverflowError), match=r"return|result"):
        jit(lambda x: [x, result])(1.0)


def test_results_of_every_shape():
    def f(x, y):
        return {"again": [x, x, y], "none": None, "empty": [[], (), {}], "int": 3, "bool": True, "sum": x + y}

    got = jit(f)(1, 2.5)
    assert got == {**f(1.0, 2.5), "int": 3.0, "bool": 1.0}
    assert type(got["int"]) is float


def test_an_exception_leaves_nothing_half_changed():
    def broken(x):
        grad(lambda y: vmap(lambda z: z * y)([1.0, 2.0])[0] * (1.0 if x > 0 else 2.0))(x)

    f = jit(vmap(jit(grad(broken))))
    before = MODES.open
    for _ in range(2):
        with pytest.raises(TracedValueError):
            f([1.0, 2.0])
    assert MODES.open == before
    assert [depth(mode) for mode in ("tracing", "in_lanes", "no_grad")] == [0, 0, 0]
    assert len(f.cache) == 0
    assert (Value(2.0) > 1.0) is True


def test_programs_take_keywords():
    program = jit(lambda x, *, y, k: x - y * k["w"]).program(1.0, k={"w": 3.0}, y=2.0)
    for p in (program, Program.from_json(program.to_json())):
        assert p(1.0, y=2.0, k={"w": 3.0}) == p.evaluate(1.0, k={"w": 3.0}, y=2.0) == -5.0
    with pytest.raises(TypeError, match="'text'"):
        program("text", y=2.0, k={"w": 3.0})


def test_keys_of_dicts_when_saved():
    program = jit(lambda d: {(1, ("a", None)): d[1], "b": d[(2.5,)]}).program({1: 1.0, (2.5,): 2.0})
    assert Program.from_json(program.to_json())({1: 1.0, (2.5,): 2.0}) == {(1, ("a", None)): 1.0, "b": 2.0}
    with pytest.raises(ProgramError, match=r"can't be saved.*b'a'"):
        jit(lambda x: {b"a": x}).program(1.0).to_json()


def test_signed_zeros_are_kept():
    def f(x):
        return [x, -x, x + 0.0, x - 0.0, 0.0 - x, x * -1.0, -(x - x), abs(x), 1.0 / x, x * 0.0, x**1.0]

    for x in (0.0, -0.0, 1.0, -1.0, math.inf):
        wanted = [float(y) for y in f(Value(x))]
        assert list(map(repr, jit(f)(x))) == list(map(repr, wanted))


def test_the_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "llvmlite.binding", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'scalar-autograd\[jit\]'"):
        Program(1, (), (), (0,))(1.0)
