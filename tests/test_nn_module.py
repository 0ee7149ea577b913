"""Modules, neurons, layers and initialisation: micrograd's conventions and the exact numbers."""

import random
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value, math
from nn.init import INITIALISERS


def test_micrograd_numbers_from_the_global_generator() -> None:
    random.seed(1337)
    model = nn.MLP(2, [16, 16, 1])
    random.seed(1337)
    expected = []
    for nin, nout in ((2, 16), (16, 16), (16, 1)):
        for _ in range(nout):
            expected += [random.uniform(-1, 1) for _ in range(nin)] + [0.0]
    assert [p.data for p in model.parameters()] == expected
    assert len(model.parameters()) == 337
    hidden = ", ".join(["ReLUNeuron(2)"] * 16)
    assert repr(model).startswith(f"MLP of [Layer of [{hidden}], Layer of [ReLUNeuron(16)")
    assert repr(model).endswith("Layer of [LinearNeuron(16)]]")


def test_micrograd_itself_gives_the_same() -> None:
    peer = pytest.importorskip("micrograd.nn")
    random.seed(7)
    theirs = peer.MLP(3, [4, 2])
    random.seed(7)
    ours = nn.MLP(3, [4, 2])
    assert [p.data for p in ours.parameters()] == [p.data for p in theirs.parameters()]
    assert repr(ours) == repr(theirs)
    point = [0.3, -1.2, 0.8]
    expected, got = theirs(point), ours(point)
    assert [v.data for v in got] == pytest.approx([v.data for v in expected], rel=1e-14)
    sum(expected).backward()
    sum(got).backward()
    gradients = [p.grad for p in theirs.parameters()]
    assert [p.grad for p in ours.parameters()] == pytest.approx(gradients, rel=1e-13)


def test_a_neuron_is_the_written_out_sum() -> None:
    neuron = nn.Neuron(5, "tanh", seed=3)
    x = [0.1, -0.7, 1.3, 2.0, -3.0]
    total = 0.0
    for w, xi in zip(neuron.w, x, strict=True):
        total = total + w.data * xi
    assert neuron(x).data == math.tanh(total + neuron.b.data)
    assert neuron(x) == neuron(tuple(Value(xi) for xi in x))


@pytest.mark.parametrize("kwargs", [{"nonlin": False}, {"activation": False}, {"activation": "linear"}])
def test_linear_neurons_say_so(kwargs: dict) -> None:
    assert repr(nn.Neuron(2, **kwargs)) == "LinearNeuron(2)"


def test_a_single_output_is_the_value_and_a_lone_input_will_do() -> None:
    model = nn.MLP(1, [1, 3], seed=0)
    assert isinstance(nn.Layer(2, 1, seed=0)([1.0, 2.0]), Value)
    assert [v.data for v in model(0.5)] == [v.data for v in model([0.5])]


def test_numpy_rows_are_inputs() -> None:
    np = pytest.importorskip("numpy")
    model = nn.MLP(2, [2, 1], seed=0)
    assert model(np.array([1.0, 2.0], dtype=np.float32)).data == model([1.0, 2.0]).data
    assert model([np.float64(1.0), 2]).data == model([1.0, 2.0]).data
    assert model(np.array([Value(1.0), 2.0], dtype=object)).data == model([1.0, 2.0]).data


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: nn.MLP(2, [3, 1])([1.0, 2.0, 3.0]), ValueError, r"layers\[0\] expects 2 inputs, 3 given"),
        (lambda: nn.Neuron(4)([1.0]), ValueError, r"ReLUNeuron\(4\) expects 4 inputs, 1 given"),
        (lambda: nn.Layer(4, 2)([1.0]), ValueError, "this layer of 2 expects 4 inputs, 1 given"),
        (lambda: nn.MLP(2, [3, 1])("ab"), TypeError, "got 'ab' of type str"),
        (lambda: nn.MLP(2, [3, 1])(None), TypeError, "NoneType"),
        (lambda: nn.MLP(2, [3, 1])(["a", 1.0]), TypeError, "got 'a' of type str as input 0"),
        (lambda: nn.MLP(2, []), ValueError, "nouts is empty"),
        (lambda: nn.MLP(2, [3, 0]), ValueError, r"nouts\[1\] is 0"),
        (lambda: nn.MLP(2.5, [3]), TypeError, "nin got 2.5"),
        (lambda: nn.MLP(2, [3], activation="rilu"), None, ""),
        (lambda: nn.MLP(2, [3, 1], activation="rilu"), ValueError, "no activation is called 'rilu'"),
        (lambda: nn.MLP(2, [3, 1], activation=["relu"] * 4), ValueError, "4 activations given for 2 layers"),
        (lambda: nn.MLP(2, [3, 1], init="gloroot"), ValueError, "no initialisation is called 'gloroot'"),
        (lambda: nn.MLP(2, [3, 1], seed="x"), TypeError, "seed got 'x'"),
        (lambda: nn.init.uniform(1.0, 0.0), ValueError, "two finite bounds"),
        (lambda: nn.MLP(2, 3), TypeError, r"nouts got 3 of type int: .* such as \[3\]"),
        (lambda: nn.MLP(2, "33"), TypeError, "nouts got '33' of type str"),
        (lambda: nn.MLP(2, {3, 1}), TypeError, "give a list of layer sizes"),
        (lambda: nn.MLP(True, [3]), TypeError, "nin got True of type bool"),
        (lambda: nn.MLP(2, [3, 1], bias="no"), TypeError, "bias got 'no'"),
        (lambda: nn.MLP(2, [3, 1], "dot"), ValueError, "no activation is called 'dot'"),
        (lambda: nn.MLP(2, [3, 1], "where"), ValueError, "no activation is called 'where'"),
        (lambda: nn.MLP(2, [3, 1], "pi"), ValueError, "no activation is called 'pi'"),
        (lambda: nn.MLP(2, [3, 1], init=3), ValueError, "no initialisation is called 3"),
        (lambda: nn.MLP(2, [3], init=lambda *_: 3), TypeError, "gave 3: give 3 rows of 2 numbers"),
        (lambda: nn.MLP(2, [3], init=lambda *_: [[1.0]]), ValueError, r"gave 1 rows of \[1\] numbers"),
        (lambda: nn.MLP(2, [1], init=lambda *_: [[1, math.nan]]), ValueError, "not finite"),
        (lambda: nn.init.uniform("a", 2), TypeError, "low got 'a' of type str"),
        (lambda: nn.init.normal(0.0, -1.0), ValueError, "deviation is -1.0"),
        (lambda: nn.init.constant(math.nan), ValueError, "constant is nan"),
        (lambda: nn.init.orthogonal("x"), TypeError, "gain got 'x'"),
        (lambda: nn.Neuron(2)([None, 1]), TypeError, r"ReLUNeuron\(2\) got None of type NoneType as input 0"),
        (lambda: nn.MLP(2, [3, 1])([1, "1"]), TypeError, r"layers\[0\] got '1' of type str as input 1"),
        (lambda: nn.Neuron(2)([1, 2j]), TypeError, "got 2j of type complex as input 1"),
        (lambda: nn.Neuron(2)(b"ab"), TypeError, "got b'ab' of type bytes"),
        (lambda: nn.MLP(2, [1])([[1, 2], [3, 4]]), TypeError, "numbers of one sample; nn.predict"),
        (lambda: nn.MLP(2, [1])([[1, 2]]), TypeError, "numbers of one sample; nn.predict"),
        (lambda: nn.Sequential(nn.Layer(2, 3), nn.Layer(4, 1)), ValueError, "gives 3 numbers, .* expects 4"),
        (lambda: nn.Sequential([nn.Layer(2, 3)]), TypeError, r"write Sequential\(\*layers\)"),
        (lambda: nn.MLP(2, [1]).load_state_dict(None), TypeError, "load_state_dict got None"),
        (lambda: nn.summary(3), TypeError, "summary got 3 of type int as its model"),
        (lambda: nn.summary(nn.MLP), TypeError, "summary got a class as its model"),
    ],
)
def test_what_is_wrong_is_said(call, error, says) -> None:
    if error is None:
        call()  # an activation of hidden layers that the network does not have
        return
    with pytest.raises(error, match=says):
        call()


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(sorted(INITIALISERS)), st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32))
def test_initialisers_are_reproducible_and_of_the_right_shape(name, nin, nout, seed) -> None:
    first, again = nn.MLP(nin, [nout], init=name, seed=seed), nn.MLP(nin, [nout], init=name, seed=seed)
    assert first.state_dict() == again.state_dict()
    same = nn.MLP(nin, [nout], init=name, seed=random.Random(seed))
    assert first.state_dict() == same.state_dict()
    assert len(first.parameters()) == nout * (nin + 1)
    assert all(neuron.b.data == 0.0 for neuron in first.layers[0].neurons)


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot", 2 / 300),
        ("he", 2 / 200),
        ("lecun", 1 / 200),
        ("glorot_normal", 2 / 300),
        ("he_uniform", 2 / 200),
    ],
)
def test_variances(name: str, variance: float) -> None:
    weights = [w for row in INITIALISERS[name](200, 100, random.Random(0)) for w in row]
    assert sum(weights) / len(weights) == pytest.approx(0.0, abs=0.01)
    assert sum(w * w for w in weights) / len(weights) == pytest.approx(variance, rel=0.05)


@pytest.mark.parametrize(("nin", "nout"), [(7, 4), (4, 7), (5, 5)])
def test_orthogonal(nin: int, nout: int) -> None:
    rows = nn.init.orthogonal(2.0)(nin, nout, random.Random(0))
    vectors = rows if nout <= nin else list(zip(*rows, strict=True))
    for i, p in enumerate(vectors):
        for j, q in enumerate(vectors):
            product = sum(a * b for a, b in zip(p, q, strict=True))
            assert product == pytest.approx(4.0 if i == j else 0.0, abs=1e-12)


def test_no_bias_and_activation_per_layer() -> None:
    model = nn.MLP(2, [3, 3, 1], activation=["tanh", "sigmoid"], output="softplus", bias=False, seed=0)
    assert [layer.activation for layer in model.layers] == ["tanh", "sigmoid", "softplus"]
    assert len(model.parameters()) == 6 + 9 + 3
    assert repr(model.layers[0].neurons[0]) == "TanhNeuron(2)"
    every = nn.MLP(2, [3, 1], activation=["tanh", "tanh"])
    assert every.layers[1].activation == "tanh"


def test_names_shared_parameters_and_states() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            self.shared = Value(1.0)
            self.parts = {"a": self.shared, "b": (Value(2.0), [Value(3.0)])}
            self.inner = nn.Neuron(1, seed=0)

    names = [name for name, _ in Tied().named_parameters()]
    assert names == ["shared", "parts['b'][0]", "parts['b'][1][0]", "inner.w[0]", "inner.b"]
    model = nn.MLP(2, [2, 1], seed=0)
    assert list(model.state_dict())[:4] == [
        "layers[0].neurons[0].w[0]",
        "layers[0].neurons[0].w[1]",
        "layers[0].neurons[0].b",
        "layers[0].neurons[1].w[0]",
    ]
    other = nn.MLP(2, [2, 1], seed=1).load_state_dict(model.state_dict())
    assert other.state_dict() == model.state_dict()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda state: state.pop("layers[0].neurons[0].b"), KeyError),
        (lambda state: state.update(other=1.0), KeyError),
        (lambda state: state.update({"layers[1].neurons[0].b": "x"}), TypeError),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error) -> None:
    model, state = nn.MLP(2, [2, 1], seed=0), nn.MLP(2, [2, 1], seed=1).state_dict()
    before = model.state_dict()
    change(state)
    with pytest.raises(error):
        model.load_state_dict(state)
    assert model.state_dict() == before


def test_zero_grad_and_own_modules() -> None:
    class Line(nn.Module):
        def __init__(self) -> None:
            self.slope = Value(2.0)

        def __call__(self, x):
            return self.slope * x

    line = Line()
    line(3.0).backward()
    assert line.slope.grad == 3.0
    line.zero_grad()
    assert line.slope.grad == 0.0
    assert not line.slope.has_grad
    assert nn.Sequential(line, math.tanh)(0.5).data == pytest.approx(math.tanh(1.0))
    with pytest.raises(NotImplementedError, match="define what it computes"):
        nn.Module()(1.0)


def test_importing_needs_only_the_standard_library() -> None:
    heavy = "{'numpy', 'scipy', 'matplotlib', 'sklearn', 'tqdm', 'llvmlite'}"
    code = f"import nn, sys; print(sorted({heavy} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_summaries_know_neurons_and_networks_within_networks() -> None:
    net = nn.Sequential(nn.Layer(2, 3, seed=0), nn.MLP(3, [4, 2], seed=0), math.tanh)
    lines = nn.summary(net).splitlines()
    assert lines[2].split() == ["layers[1]", "3", "2", "MLP", "26"]
    assert lines[3].split() == ["layers[2]", "tanh", "0"]
    assert nn.summary(nn.Neuron(2)).splitlines()[1].split() == ["Neuron", "2", "1", "relu", "3"]
