"""Weights in files: safetensors with the architecture in the metadata, or readable JSON.

Layers are stored in the layout of PyTorch's nn.Linear: `layers.0.weight` of shape (outputs, inputs) and
`layers.0.bias`. Files are written beside their place and moved there whole; nothing is changed by one that
can't be read.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from math import isfinite
from pathlib import Path
from typing import Any

from autograd import AutogradError, Primitive, Value, math
from nn.checks import model_of
from nn.extras import need
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module

FORMAT = "scalar-autograd"
VERSION = 1


class WeightsError(AutogradError, ValueError):
    """A file of weights is corrupt, foreign, newer than this package, or of another model."""


# --- tensors of a model -------------------------------------------------------------------------------------


def _tensors(model: Any, name: str = "") -> Iterator[tuple[str, list[list[Value]] | list[Value]]]:
    """The parameters of a model as named vectors and matrices of Values, in order."""
    if isinstance(model, Sequential):
        for i, part in enumerate(model.layers):
            if isinstance(part, Module):
                yield from _tensors(part, f"{name}layers.{i}.")
    elif isinstance(model, Layer | Neuron):
        neurons = model.neurons if isinstance(model, Layer) else [model]
        yield f"{name}weight", [neuron.w for neuron in neurons]
        biases = [neuron.b for neuron in neurons if neuron.b is not None]
        if biases:
            yield f"{name}bias", biases
    else:
        for key, p in model.named_parameters():
            yield f"{name}{key}", [p]


def _shape(tensor: list[Any]) -> tuple[int, ...]:
    return (len(tensor), len(tensor[0])) if isinstance(tensor[0], list) else (len(tensor),)


def _numbers(tensor: list[Any]) -> list[Any]:
    return [_numbers(part) if isinstance(part, list) else part.data for part in tensor]


def _values(tensor: list[Any]) -> list[Value]:
    return [v for part in tensor for v in (part if isinstance(part, list) else [part])]


# --- architectures ------------------------------------------------------------------------------------------


def architecture(model: Any) -> dict[str, Any] | None:
    """What is needed to build the model anew; None where that can't be written down.

    Subclasses may compute anything, and tied parameters are more than sizes: of those nothing is known.
    """
    if sum(len(_values(tensor)) for _, tensor in _tensors(model)) != len(model.parameters()):
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


def _build(described: Any, where: str = "architecture") -> Any:
    """The model of an architecture, all zeros."""
    kind = described.get("kind") if isinstance(described, dict) else None
    try:
        if kind in ("MLP", "Sequential"):
            model = (MLP if kind == "MLP" else Sequential).__new__(MLP if kind == "MLP" else Sequential)
            model.layers = [
                _build(part, f"{where}.layers[{i}]") for i, part in enumerate(described["layers"])
            ]
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


def _check_sizes(described: Any, shapes: dict[str, tuple[int, ...]], name: str = "") -> None:
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
        _check_sizes(part, shapes, f"{name}layers.{i}.")


# --- save and load ------------------------------------------------------------------------------------------


def save(model: Module, path: str | os.PathLike[str]) -> None:
    """Write the model's weights and architecture; as JSON where the path ends in .json, else as safetensors.

    An interrupted write leaves an older file as it was.

    >>> import tempfile, nn
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(nn.MLP(2, [1], seed=0), folder + "/model.json")
    ...     load(folder + "/model.json")
    MLP of [Layer of [LinearNeuron(2)]]
    """
    target = Path(path)
    model_of(model, "save")
    if target.is_dir():
        raise IsADirectoryError(f"save got the folder {target}: give the path of a file in it")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {target.parent} to save {target.name} in: make it first")
    tensors = {name: _numbers(tensor) for name, tensor in _tensors(model)}
    described = architecture(model)
    if target.suffix == ".json":
        content = {
            "format": FORMAT,
            "version": VERSION,
            "architecture": described,
            "parameters": _spelled(tensors),
        }
        _write(target, (json.dumps(content, indent=1) + "\n").encode())
        return
    np, safetensors = need("numpy"), need("safetensors.numpy", "safetensors")
    arrays = {name: np.array(tensor, dtype=np.float64) for name, tensor in tensors.items()}
    metadata = {"format": FORMAT, "version": str(VERSION), "architecture": json.dumps(described)}
    _write(target, safetensors.save(arrays, metadata))


def load(path: str | os.PathLike[str], model: Module | None = None) -> Any:
    """The model of a file, built anew; or the model given, with the file's weights.

    A file of another program, such as PyTorch's, has no architecture: give a model whose names and shapes
    fit. WeightsError for a corrupt, truncated, foreign or newer file, or one that does not fit; the model
    is untouched then.
    """
    source = Path(path)
    if model is not None:
        model_of(model, "load")
    content = source.read_bytes()
    if source.suffix == ".json":
        described, tensors = _read_json(content, source)
    else:
        described, tensors = _read_safetensors(content, source)
    shapes = {name: _shape_of(tensor, name, source) for name, tensor in tensors.items()}
    if model is None:
        if described is None:
            raise WeightsError(
                f"{source} says nothing of the model's architecture: give the model, load(path, model)"
            )
        try:
            _check_sizes(described, shapes)
            model = _build(described)
        except RecursionError:
            raise WeightsError(f"{source} has an architecture nested too deep to be read") from None
        if not isinstance(model, Module):
            raise WeightsError(f"{source} describes a function alone, which has no weights")
    wanted = dict(_tensors(model))
    for name in [*wanted, *tensors]:
        if name not in wanted or name not in tensors:
            where = "the model" if name in tensors else "the file"
            raise WeightsError(f"{source} is of another model: {where} has no {name}")
    for name, tensor in wanted.items():
        if shapes[name] != _shape(tensor):
            raise WeightsError(
                f"{source} is of another model: {name} is {shapes[name]}, the model's {_shape(tensor)}"
            )
    for name, tensor in wanted.items():
        flat = [x for part in tensors[name] for x in (part if isinstance(part, list) else [part])]
        for p, number in zip(_values(tensor), flat, strict=True):
            p.data = number
    return model


def _write(target: Path, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise


def _spelled(x: Any) -> Any:
    """Numbers that JSON has no word for become strings."""
    if isinstance(x, dict):
        return {key: _spelled(part) for key, part in x.items()}
    if isinstance(x, list):
        return [_spelled(part) for part in x]
    return x if isfinite(x) else repr(x)


def _read_json(content: bytes, source: Path) -> tuple[Any, dict[str, Any]]:
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise WeightsError(f"{source} is not JSON, or was cut off: {error}") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise WeightsError(f"{source} is JSON, but no model of this package")
    _check_version(found.get("version"), source)
    tensors = found.get("parameters")
    if not isinstance(tensors, dict):
        raise WeightsError(f"{source} has no parameters")
    return found.get("architecture"), {
        name: _unspelled(tensor, name, source) for name, tensor in tensors.items()
    }


def _unspelled(x: Any, name: str, source: Path) -> Any:
    if isinstance(x, list):
        return [_unspelled(part, name, source) for part in x]
    if x in ("nan", "inf", "-inf") or (isinstance(x, int | float) and not isinstance(x, bool)):
        return float(x)
    raise WeightsError(f"{source} holds {x!r} in {name}: that is no number")


def _check_version(version: Any, source: Path) -> None:
    try:
        number = int(version)
    except (TypeError, ValueError):
        raise WeightsError(f"{source} has the version {version!r}, which is no number") from None
    if number < 1:
        raise WeightsError(f"{source} has the version {number}: the first is 1")
    if number > VERSION:
        raise WeightsError(f"{source} is of version {number}, this package reads up to {VERSION}: update it")


def _read_safetensors(content: bytes, source: Path) -> tuple[Any, dict[str, Any]]:
    library, np = need("safetensors.numpy", "safetensors"), need("numpy")
    error = need("safetensors").SafetensorError
    try:
        arrays = library.load(content)
        header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    except (error, ValueError, TypeError, KeyError, RecursionError) as wrong:
        raise WeightsError(f"{source} is no safetensors file, or was cut off: {wrong}") from None
    for name, found in arrays.items():
        if found.dtype.kind != "f":
            raise WeightsError(f"{source} holds {found.dtype} in {name}: weights are floats")
    tensors = {name: np.asarray(found, dtype=np.float64).tolist() for name, found in arrays.items()}
    metadata = header.get("__metadata__") or {}
    if metadata.get("format") != FORMAT:
        return None, tensors  # another program's: names and shapes must do
    _check_version(metadata.get("version"), source)
    try:
        return json.loads(metadata["architecture"]), tensors
    except (KeyError, ValueError, RecursionError) as wrong:
        raise WeightsError(f"{source} has an architecture that can't be read: {wrong}") from None


def _shape_of(tensor: Any, name: str, source: Path) -> tuple[int, ...]:
    rows = tensor if isinstance(tensor, list) else None
    if rows and all(isinstance(row, float) for row in rows):
        return (len(rows),)
    table = (
        rows and all(isinstance(row, list) and row for row in rows) and len({len(row) for row in rows}) == 1
    )
    if rows and table and all(isinstance(x, float) for row in rows for x in row):
        return (len(rows), len(rows[0]))
    raise WeightsError(f"{source} holds no vector or matrix of numbers in {name}")
