"""A small dense network as a plain function of scalars: material for checks, apart from the `nn` package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from autograd.primitive_type import PRIMITIVES

ACTIVATIONS = ("tanh", "sigmoid", "relu", "softplus")


@dataclass(frozen=True)
class Network:
    """Called with weights and inputs, it gives the sum of the squared outputs of the last layer.

    `weights[layer][neuron]` holds the neuron's weights, its bias last.

    >>> network = Network(("tanh",), [[[1.0, -1.0, 0.0]]], [0.5, 0.5])
    >>> network(*network.args)
    0.0
    """

    activations: tuple[str, ...]
    weights: list[list[list[float]]]
    inputs: list[float]

    @property
    def args(self) -> tuple[Any, Any]:
        """The point the network was drawn at: weights and inputs."""
        return self.weights, self.inputs

    def __call__(self, weights: Any, inputs: Any) -> Any:
        """The loss over numbers of any kind."""
        xs = list(inputs)
        for activation, layer in zip(self.activations, weights, strict=True):
            sums = []
            for neuron in layer:
                total = neuron[-1]
                for w, x in zip(neuron, xs, strict=False):
                    total = total + w * x
                sums.append(total)
            xs = [PRIMITIVES[activation](s) for s in sums]
        loss = xs[0] * xs[0]
        for x in xs[1:]:
            loss = loss + x * x
        return loss
