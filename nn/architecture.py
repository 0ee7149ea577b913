"""What a model is made of: its numbers as named tensors, and its architecture as data.

Layers have the layout of PyTorch's nn.Linear: `layers.0.weight` of shape (outputs, inputs) and
`layers.0.bias`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from autograd import AutogradError, Primitive, Value, math
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module


class WeightsError(AutogradError, ValueError):
    """A file of weights is corrupt, foreign, newer than this package, or of another model."""


def tensors_of(model: Any, name: str = "") -> Iterator[tuple[str, list[list[Value]] | list[Value]]]:
    """The parameters of a model as named vectors and matrices of Values, in order."""
    if isinstance(model, Sequential):
        for i, part in enumerate(model.layers):
            if isinstance(part, Module):
                yield from tensors_of(part, f"{name}layers.{i}.")
    elif isinstance(model, Layer | Neuron):
        neurons = model.neurons if isinstance(model, Layer) else [model]
        yield f"{name}weight", [neuron.w for neuron in neurons]
        biases = [neuron.b for neuron in neurons if neuron.b is not None]
        if biases:
            yield f"{name}bias", biases
    else:
        for key, p in model.named_parameters():
            yield f"{name}{key}", [p]


def shape_of(tensor: list[Any]) -> tuple[int, ...]:
    """The shape of a vector or matrix."""
    return (len(tensor), len(tensor[0])) if isinstance(tensor[0], list) else (len(tensor),)


def numbers_of(tensor: list[Any]) -> list[Any]:
    """The numbers of Values, in the same lists."""
    return [numbers_of(part) if isinstance(part, list) else part.data for part in tensor]


def values_in(tensor: list[Any]) -> list[Value]:
    """The Values of a vector or matrix, row by row."""
    return [v for part in tensor for v in (part if isinstance(part, list) else [part])]


# --- architectures ------------------------------------------------------------------------------------------


def architecture(model: Any) -> dict[str, Any] | None:
    """What is needed to build the model anew; None where that can't be written down.

    Subclasses may compute anything, and tied parameters are more than sizes: of those nothing is known.
    """
    if sum(len(values_in(tensor)) for _, tensor in tensors_of(model)) != len(model.parameters()):
        return None
    return _described(model)


def _described(model: Any) -> dict[str, Any] | None:
    if type(model) in (MLP, Sequential):
        parts = [_described(part) for part in model.layers]
        return None if None in parts else {"kind": type(model).__name__, "layers": parts}
    if type(model) in (Layer, Neuron):
        neurons: list[Neuron] = model.neurons if isinstance(model, Layer) else [model]
        first = neurons[0]
        if first.activation != "linear" and getattr(math, first.activation, None) is not first.function:
            return None
        alike = (Neuron, len(first.w), first.function, first.b is None)
        if any((type(n), len(n.w), n.function, n.b is None) != alike for n in neurons):
            return None
        described = {"kind": type(model).__name__, "nin": len(first.w), "nout": len(neurons)}
        return {**described, "activation": first.activation, "bias": first.b is not None}
    return {"kind": "function", "name": model.name} if isinstance(model, Primitive) else None


def build(described: Any, where: str = "architecture") -> Any:
    """The model of an architecture, all zeros."""
    kind = described.get("kind") if isinstance(described, dict) else None
    try:
        if kind in ("MLP", "Sequential"):
            model = (MLP if kind == "MLP" else Sequential).__new__(MLP if kind == "MLP" else Sequential)
            model.layers = [build(part, f"{where}.layers[{i}]") for i, part in enumerate(described["layers"])]
            return model
        if kind in ("Layer", "Neuron"):
            nin, nout = int(described["nin"]), int(described["nout"])
            settings: dict[str, Any] = {"bias": described["bias"], "init": "zeros"}
            if kind == "Layer":
                return Layer(nin, nout, str(described["activation"]), **settings)
            return Neuron(nin, str(described["activation"]), **settings)
        if kind == "function":
            function = getattr(math, str(described["name"]))
            if not isinstance(function, Primitive):
                raise ValueError(f"{described['name']} is no operation")
            return function
    except WeightsError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise WeightsError(f"{where} of the file makes no sense: {error}") from None
    raise WeightsError(f"{where} of the file is of the unknown kind {kind!r}: it may be of a newer version")


def check_sizes(described: Any, shapes: dict[str, tuple[int, ...]], name: str = "") -> None:
    """Refuse an architecture whose sizes are not the tensors', before anything of that size is built."""
    if not isinstance(described, dict):
        return
    if described.get("kind") in ("Layer", "Neuron"):
        wanted = (described.get("nout"), described.get("nin"))
        if shapes.get(f"{name}weight") != wanted:
            raise WeightsError(
                f"{name}weight has shape {shapes.get(f'{name}weight')}, its architecture says {wanted}"
            )
    parts = described.get("layers", [])
    for i, part in enumerate(parts if isinstance(parts, list) else []):
        check_sizes(part, shapes, f"{name}layers.{i}.")
