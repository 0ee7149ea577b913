"""Neuron, Layer, MLP and Sequential: scalars wired into networks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from random import Random
from typing import Any

from autograd import Primitive, Value, math
from nn.activations import Activation, activation, name_of, title
from nn.checks import count
from nn.init import Initialiser, drawn, generator
from nn.inputs import inputs, numbers
from nn.module import Module
from nn.summary import summary

Kind = str | Activation | bool | None


class Neuron(Module):
    """activation(w · x + b), one number from `nin` of them.

    The arguments are those of micrograd (`nonlin`, or its second position: True for relu, False for linear)
    and more: an activation by name or function, `bias=False` for none, an initialisation and its seed.
    ValueError where the number of inputs is wrong.

    >>> neuron = Neuron(2, "tanh", seed=1)
    >>> neuron
    TanhNeuron(2)
    >>> neuron.w[0].data, neuron.b.data
    (-0.7312715117751976, 0.0)
    """

    w: list[Value]
    b: Value | None

    def __init__(
        self,
        nin: int,
        activation: Kind = "relu",
        *,
        nonlin: bool | None = None,
        bias: bool = True,
        init: str | Initialiser | None = None,
        seed: int | Random | None = None,
    ) -> None:
        size = count(nin, "nin")
        kind = activation if nonlin is None else nonlin
        self._wire(drawn(init, size, 1, generator(seed))[0], kind, bias)

    def _wire(self, weights: Sequence[float], kind: Kind, bias: bool) -> None:
        if bias not in (True, False):
            raise TypeError(f"bias got {bias!r} of type {type(bias).__name__}: give True or False")
        self.w = [Value(w) for w in weights]
        self.b = Value(0.0) if bias else None
        self.function = activation(kind)
        self.activation = name_of(kind)

    @classmethod
    def of(cls, weights: Sequence[float], kind: Kind = "relu", bias: bool = True) -> Neuron:
        """A neuron of given weights, bias 0."""
        neuron = cls.__new__(cls)
        neuron._wire(weights, kind, bias)
        return neuron

    @property
    def nin(self) -> int:
        """How many numbers go in."""
        return len(self.w)

    @property
    def nout(self) -> int:
        """How many numbers come out: one."""
        return 1

    def __call__(self, x: Any) -> Any:
        """The neuron's output."""
        given = inputs(x, len(self.w), repr(self))
        try:
            return self._fire(given)
        except TypeError:
            numbers(given, repr(self))
            raise

    def _fire(self, x: Sequence[Any]) -> Any:
        total = math.dot(self.w, x)
        return self.function(total if self.b is None else total + self.b)

    def __repr__(self) -> str:
        return f"{title(self.activation)}Neuron({len(self.w)})"


class Layer(Module):
    """Neurons that share their inputs: `nout` numbers from `nin`; the number itself where `nout` is 1.

    >>> Layer(3, 2, "tanh", seed=0)
    Layer of [TanhNeuron(3), TanhNeuron(3)]
    """

    neurons: list[Neuron]

    def __init__(
        self,
        nin: int,
        nout: int,
        activation: Kind = "relu",
        *,
        nonlin: bool | None = None,
        bias: bool = True,
        init: str | Initialiser | None = None,
        seed: int | Random | None = None,
    ) -> None:
        rows = drawn(init, count(nin, "nin"), count(nout, "nout"), generator(seed))
        kind = activation if nonlin is None else nonlin
        self.neurons = [Neuron.of(row, kind, bias) for row in rows]

    @property
    def nin(self) -> int:
        """How many numbers go in."""
        return len(self.neurons[0].w)

    @property
    def nout(self) -> int:
        """How many numbers come out."""
        return len(self.neurons)

    @property
    def activation(self) -> str:
        """The name of the neurons' activation."""
        return self.neurons[0].activation

    def __call__(self, x: Any) -> Any:
        """The neurons' outputs as a list; the output itself where there is one."""
        return self._fire(x, f"this layer of {self.nout}")

    def _fire(self, x: Any, place: str) -> Any:
        given = inputs(x, self.nin, place)
        try:
            out = [neuron._fire(given) for neuron in self.neurons]
        except TypeError:
            numbers(given, place)
            raise
        return out[0] if len(out) == 1 else out

    def __repr__(self) -> str:
        return f"Layer of [{', '.join(map(repr, self.neurons))}]"


class Sequential(Module):
    """Modules and functions one after the other, each fed with what the one before gives.

    An operation of autograd.math is applied to each number of a list.

    >>> net = Sequential(Layer(2, 3, "tanh", seed=0), Layer(3, 1, "linear", seed=1))
    >>> len(net.parameters())
    13
    """

    def __init__(self, *layers: Any) -> None:
        for layer in layers:
            if not callable(layer):
                hint = ": write Sequential(*layers)" if isinstance(layer, list | tuple) else ""
                raise TypeError(f"Sequential got {layer!r}: give modules or functions{hint}")
        for i, (one, two) in enumerate(pairwise(layers)):
            if type(one) is type(two) is Layer and one.nout != two.nin:
                raise ValueError(
                    f"layers[{i}] gives {one.nout} numbers, layers[{i + 1}] expects {two.nin}: make them one"
                )
        self.layers = list(layers)

    @property
    def nin(self) -> int | None:
        """How many numbers go in; None where the first part does not say."""
        return getattr(self.layers[0], "nin", None) if self.layers else None

    @property
    def nout(self) -> int | None:
        """How many numbers come out; None where the last part does not say."""
        return getattr(self.layers[-1], "nout", None) if self.layers else None

    def __call__(self, x: Any) -> Any:
        """What the last layer gives."""
        for i, layer in enumerate(self.layers):
            if type(layer) is Layer:
                x = layer._fire(x, f"layers[{i}]")
            elif isinstance(layer, Primitive) and isinstance(x, list):
                x = [layer(number) for number in x]
            else:
                x = layer(x)
        return x

    def __len__(self) -> int:
        return len(self.layers)

    def __getitem__(self, i: int) -> Any:
        return self.layers[i]

    def summary(self) -> str:
        """The layers with their sizes and parameter counts, as a table."""
        return summary(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__} of [{', '.join(map(repr, self.layers))}]"


class MLP(Sequential):
    """A multilayer perceptron: fully connected layers of the sizes `nouts`.

    `activation` is one name (or function) for all hidden layers, or a list of one for each of them; a list
    of one for every layer names the output's too. `init` and `seed` say how weights are drawn; without them
    as micrograd draws them: `random.uniform(-1, 1)` from Python's global generator. Biases start at 0.

    >>> mlp = MLP(2, [3, 1], seed=0)
    >>> mlp
    MLP of [Layer of [ReLUNeuron(2), ReLUNeuron(2), ReLUNeuron(2)], Layer of [LinearNeuron(3)]]
    >>> mlp([1.0, -2.0]).data
    -0.33570791763310276
    """

    layers: list[Any]

    def __init__(
        self,
        nin: int,
        nouts: Sequence[int],
        activation: Kind | Sequence[Kind] = "relu",
        output: Kind = "linear",
        init: str | Initialiser | None = None,
        seed: int | Random | None = None,
        *,
        bias: bool = True,
    ) -> None:
        if isinstance(nouts, str | dict | set | frozenset) or not hasattr(nouts, "__iter__"):
            hint = f"[{nouts}]" if isinstance(nouts, int) else "[16, 16, 1]"
            raise TypeError(
                f"nouts got {nouts!r} of type {type(nouts).__name__}: give a list of layer sizes, "
                f"such as {hint}"
            )
        sizes = [count(nin, "nin"), *(count(n, f"nouts[{i}]") for i, n in enumerate(nouts))]
        if len(sizes) == 1:
            raise ValueError("nouts is empty: give the size of at least one layer")
        kinds = _kinds(activation, output, len(sizes) - 1)
        rng = generator(seed)
        super().__init__(
            *(
                Layer(sizes[i], sizes[i + 1], kind, bias=bias, init=init, seed=None if seed is None else rng)
                for i, kind in enumerate(kinds)
            )
        )


def _kinds(activation: Kind | Sequence[Kind], output: Kind, layers: int) -> list[Kind]:
    if isinstance(activation, Sequence) and not isinstance(activation, str):
        given = list(activation)
        if len(given) not in (layers - 1, layers):
            raise ValueError(
                f"{len(given)} activations given for {layers} layers: give one for each "
                f"of the {layers - 1} hidden layers, or for all {layers}"
            )
        return given if len(given) == layers else [*given, output]
    return [activation] * (layers - 1) + [output]
