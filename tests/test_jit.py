"""jit: functions of scalars in any structure, compiled, against the same functions run eagerly."""

import math
import pickle
import threading
from itertools import pairwise

import pytest

from autograd import TracedValueError, Value
from autograd import math as m
from autograd.compiler import Program, jit
from autograd.pullback import pullback

np = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


def gradient(f):
    """Reverse mode by the engine's own sweep over rules, so that these tests need no transforms."""

    def g(*numbers):
        values = [x if isinstance(x, Value) else Value(x) for x in numbers]
        return pullback([f(*values)], [1.0], values)

    return g


def numbers(results):
    return [float(x) for x in results]


def energy(x, y):
    return m.tanh(x * y) + m.exp(x) / (y * y + 1.0) - m.where(x > y, x, y * y)


def test_function_and_its_derivatives_are_the_eager_bits():
    for x, y in [(0.3, 0.7), (-2.0, 1.5), (3.0, -0.25)]:
        assert jit(energy)(x, y) == energy(x, y)
        first = gradient(energy)
        assert jit(first)(x, y) == numbers(first(x, y))
        second = gradient(lambda a, b: gradient(energy)(a, b)[0])
        assert jit(second)(x, y) == numbers(second(x, y))


def test_derivative_of_a_jitted_function():
    assert numbers(gradient(jit(energy))(0.3, 0.7)) == numbers(gradient(energy)(0.3, 0.7))
    assert jit(gradient(jit(energy)))(0.3, 0.7) == numbers(gradient(energy)(0.3, 0.7))


def test_structures_in_and_out():
    def f(p, xs, *, shift):
        return {"sum": p["w"][0] * xs[0] + p["w"][1] * xs[1] + shift, "parts": (xs[1], [p["b"], None])}

    args = ({"w": [2.0, 3.0], "b": 5}, (7.0, 11.0))
    assert jit(f)(*args, shift=1.0) == f(*args, shift=1.0)
    assert jit(f)(*args, shift=2) == f(*args, shift=2)


def test_arrays_are_arrays_of_values_inside():
    def f(w, x):
        assert w.shape == (3, 2)
        return (w @ x)[1:].sum() + w[0, 0]

    w, x = np.arange(6.0).reshape(3, 2), np.array([1.0, -2.0])
    assert jit(f)(w, x) == f(w, x)

    doubled = jit(lambda a: [2.0 * v for v in a])(x)
    assert isinstance(doubled, np.ndarray)
    assert doubled.tolist() == [2.0, -4.0]
    assert jit(lambda a: a * 2.0)(w).tolist() == (w * 2.0).tolist()
    assert jit(lambda a: a[0])(np.array([3, 4])) == 3.0


def test_wrong_leaves():
    f = jit(lambda a: a["x"][1])
    with pytest.raises(TypeError, match=r"'b'.*\[0\]\['x'\]\[1\]"):
        f({"x": [1.0, "b"]})
    with pytest.raises(TypeError, match="dtype"):
        f({"x": np.array(["a", "b"])})
    with pytest.raises(TypeError, match="dtype"):
        f({"x": np.array([1j, 2j])})
    with pytest.raises(TypeError, match="returned 'text'"):
        jit(lambda _: "text")(1.0)
    with pytest.raises(TypeError, match="jit takes a function"):
        jit(3.0)


@pytest.mark.parametrize(
    "use", [bool, float, int, round, math.floor, math.exp, lambda x: x.data, lambda x: 1 if x > 0 else 2]
)
def test_a_traced_value_is_no_number(use):
    with pytest.raises(TracedValueError, match=r"where.*static_argnums"):
        jit(lambda x: use(x) * x)(1.0)


def test_static_arguments():
    def power(x, n, kind):
        result = 1.0
        for _ in range(n):
            result = result * x
        return -result if kind == "negative" else result

    f = jit(power, static_argnums=(1, 2))
    assert f(2.0, 3, "negative") == -8.0
    assert f(2.0, 5, "positive") == 32.0
    assert len(f.cache) == 2
    with pytest.raises(TypeError, match="hashed"):
        f(2.0, [3], "x")


def test_side_effects_run_once_a_structure():
    calls = []

    @jit
    def f(xs):
        calls.append(len(xs))
        return sum(xs)

    assert f([1.0, 2.0]) == 3.0
    assert f([3.0, 4.0]) == 7.0
    assert f([1.0, 2.0, 3.0]) == 6.0
    assert calls == [2, 3]
    f.clear_cache()
    f([1.0, 2.0])
    assert calls == [2, 3, 2]


def test_bound_on_the_cache():
    f = jit(sum, cache_size=2)
    for n in range(1, 6):
        assert f([1.0] * n) == n
    assert len(f.cache) == 2


def test_bound_on_the_memory_held():
    def f(xs):
        return [m.exp(x) * m.sin(x) for x in xs]

    sizes = range(1, 40, 3)
    free = jit(f)
    for n in sizes:
        free([0.5] * n)
    taken = [found.bytes for found in free.cache.values()]
    assert free.held == sum(taken)
    assert taken == sorted(taken)
    bounded = jit(f, cache_bytes=free.held // 2)
    for n in sizes:
        assert bounded([0.5] * n) == f([0.5] * n)
        assert bounded.held <= free.held // 2
    assert 1 < len(bounded.cache) < len(sizes)
    small = jit(f, cache_bytes=0)  # the last one stays
    assert [small([0.5] * n) for n in (1, 2, 2)] == [f([0.5] * n) for n in (1, 2, 2)]
    assert len(small.cache) == 1
    assert pickle.loads(pickle.dumps(jit(energy_by_name, cache_bytes=5))).cache_bytes == 5
    with pytest.raises(ValueError, match="cache_bytes"):
        jit(f, cache_bytes=-1)


def test_values_from_outside_are_read_at_each_call():
    w = Value(3.0)
    f = jit(lambda x: x * w)
    assert f(2.0) == 6.0
    w.data = 4.0
    assert f(2.0) == 8.0
    assert str(f.program(2.0)).splitlines()[1] == "    v0 = x0 * 4.0"
    z = f(Value(2.0))
    z.backward()
    assert w.grad == 2.0


def test_closures_over_recorded_values_are_differentiated():
    x = Value(2.0)
    y = x * x
    z = jit(lambda a: a * y)(3.0)
    z.backward()
    assert x.grad == 12.0


def test_constants_and_repeated_results():
    f = jit(lambda x: [x, x, 1.5, math.inf, math.nan, -0.0, 3])
    got = f(2.0)
    assert got[:4] == [2.0, 2.0, 1.5, math.inf]
    assert got[4] != got[4]
    assert math.copysign(1.0, got[5]) == -1.0
    assert got[6] == 3.0


def test_non_finite_numbers_are_ordinary():
    f = jit(lambda x: [1.0 / x, m.log(x), m.sqrt(x), m.exp(x)])
    assert f(0.0)[:2] == [math.inf, -math.inf]
    assert f(-1.0)[1] != f(-1.0)[1]
    assert f(710.0)[3] == math.inf


def test_where_beside_a_singular_branch():
    first = gradient(lambda x: m.where(x > 0.0, m.log(x), x))
    for x in (-1.0, 0.0, 2.0):
        assert jit(first)(x) == numbers(first(x))


def energy_by_name(x):
    return x * x + 1.0


jitted_by_name = jit(energy_by_name)


@jit
def decorated(x):
    return 2.0 * x


def test_pickles():
    again = pickle.loads(pickle.dumps(jitted_by_name))
    assert again(3.0) == 10.0
    assert pickle.loads(pickle.dumps(decorated)) is decorated
    program = jitted_by_name.program(3.0)
    assert pickle.loads(pickle.dumps(program)) == program
    assert Program.from_json(program.to_json())(4.0) == 17.0


def test_methods():
    class Shape:
        @jit
        def twice(self, x):
            return 2.0 * x

    with pytest.raises(TypeError, match="static_argnums"):
        Shape().twice(1.0)


def test_inspect():
    with pytest.raises(ValueError, match="not been compiled"):
        jit(energy).inspect()
    f = jit(energy)
    f(1.0, 2.0)
    text = f.inspect()
    assert "define" in text
    assert "fmul" in text
    assert ".text" in text or "retq" in text or "ret" in text


def test_threads():
    f = jit(energy)
    wanted = energy(0.5, 0.25)
    failures = []

    def work():
        for _ in range(20):
            if f(0.5, 0.25) != wanted or jit(energy_by_name)(2.0) != 5.0:
                failures.append(1)

    threads = [threading.Thread(target=work) for _ in range(2)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures


def test_a_value_that_outlives_its_trace():
    kept = []
    jit(lambda x: kept.append(x) or x)(1.0)
    with pytest.raises(TracedValueError, match="trace that has ended"):
        jit(lambda x: x * kept[0])(1.0)


def test_recorded_while_tracing_without_dependence():
    assert jit(lambda x: 2.0)(1.0) == 2.0
    assert jit(lambda: 2.0)() == 2.0
    assert jit(lambda x: [])(1.0) == []


def test_operations_on_values_from_outside_belong_to_the_program():
    w = Value(3.0)
    f = jit(lambda x: x * (w * w))
    assert f(2.0) == 18.0
    w.data = 4.0
    assert f(2.0) == 32.0


def test_long_programs_run_compactly(monkeypatch):
    from autograd.compiler import compact

    def f(xs):
        total = 0.0
        for x, y in pairwise(xs):
            total = total + m.exp(-x) * y / (1.0 + x * x) + m.where(x > y, m.sin(x), m.hypot(x, y, 1.0))
        return [total, 2.5, xs[0], m.dot(xs, xs)]

    xs = [math.sin(k) for k in range(40)]
    wanted = jit(f)(xs)
    slopes = jit(lambda *a: gradient(lambda *b: f(b)[0])(*a))(*xs)
    monkeypatch.setattr(compact, "SHORTEST", 20)
    assert jit(f)(xs) == wanted
    assert jit(lambda *a: gradient(lambda *b: f(b)[0])(*a))(*xs) == slopes
    assert "switch" in jit(f).inspect(xs)


def test_modules():
    from autograd import value_and_grad, vmap
    from nn import MLP

    net = MLP(2, [3, 1], seed=1)
    xs, ys = np.array([[0.1, 0.2], [0.3, -0.4], [0.5, 0.6]]), np.array([1.0, -1.0, 0.5])

    def loss(net, xs, ys):
        return sum(vmap(lambda x, y: (net(x) - y) ** 2)(xs, ys)) / len(ys)

    step = jit(value_and_grad(loss))
    value, slopes = step(net, xs, ys)
    wanted, expected = value_and_grad(loss)(net, xs, ys)
    assert value == pytest.approx(wanted, rel=1e-14)
    assert slopes == pytest.approx(expected, rel=1e-12)
    assert list(slopes) == [name for name, _ in net.named_parameters()]
    net.parameters()[0].data += 0.5
    assert step(net, xs, ys)[0] == pytest.approx(loss(net, xs, ys).data, rel=1e-14)
    saved = Program.from_json(jit(loss).program(net, xs, ys).to_json())
    assert saved(net.state_dict(), xs, ys) == pytest.approx(step(net, xs, ys)[0], rel=1e-14)
