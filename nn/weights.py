"""Weights in files: safetensors with the architecture in the metadata, or readable JSON.

Files are written beside their place and moved there whole; nothing is changed by one that can't be read.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

from nn.architecture import (
    WeightsError,
    architecture,
    build,
    check_sizes,
    numbers_of,
    shape_of,
    tensors_of,
    values_in,
)
from nn.checks import model_of
from nn.extras import need
from nn.module import Module

FORMAT = "scalar-autograd"
VERSION = 1
NUMBERED = re.compile(r"(.*?)(\d+)\.(weight|bias)")


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
    tensors = {name: numbers_of(tensor) for name, tensor in tensors_of(model)}
    described = architecture(model)
    if target.suffix == ".json":
        content = {
            "format": FORMAT,
            "version": VERSION,
            "architecture": described,
            "parameters": _spelled(tensors),
        }
        _write(target, (_readable(content) + "\n").encode())
        return
    np, safetensors = need("numpy"), need("safetensors.numpy", "safetensors")
    arrays = {name: np.array(tensor, dtype=np.float64) for name, tensor in tensors.items()}
    metadata = {"format": FORMAT, "version": str(VERSION), "architecture": json.dumps(described)}
    _write(target, safetensors.save(arrays, metadata))


def load(path: str | os.PathLike[str], model: Module | None = None) -> Any:
    """The model of a file, built anew; or the model given, with the file's weights.

    A file of another program, such as PyTorch's, has no architecture: give a model whose names and shapes
    fit; parts of any one name that are numbered (0.weight, 2.weight, ...) are taken in their order.
    WeightsError for a corrupt, truncated, foreign or newer file, or one that does not fit; the model
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
    if described is None and model is not None:
        names = [name for name, _ in tensors_of(model)]
        if tensors.keys() != set(names):
            tensors = _renumbered(tensors, names)
    shapes = {name: _shape_of(tensor, name, source) for name, tensor in tensors.items()}
    if model is None:
        if described is None:
            raise WeightsError(
                f"{source} says nothing of the model's architecture: give the model, load(path, model)"
            )
        try:
            check_sizes(described, shapes)
            model = build(described)
        except RecursionError:
            raise WeightsError(f"{source} has an architecture nested too deep to be read") from None
        if not isinstance(model, Module):
            raise WeightsError(f"{source} describes a function alone, which has no weights")
    wanted = dict(tensors_of(model))
    for name in [*wanted, *tensors]:
        if name not in wanted or name not in tensors:
            where = "the model" if name in tensors else "the file"
            raise WeightsError(f"{source} is of another model: {where} has no {name}")
    for name, tensor in wanted.items():
        if shapes[name] != shape_of(tensor):
            raise WeightsError(
                f"{source} is of another model: {name} is {shapes[name]}, the model's {shape_of(tensor)}"
            )
    for name, tensor in wanted.items():
        flat = [x for part in tensors[name] for x in (part if isinstance(part, list) else [part])]
        for p, number in zip(values_in(tensor), flat, strict=True):
            p.data = number
    return model


def _readable(x: Any, depth: int = 0) -> str:
    """JSON of one line a row of numbers."""
    if isinstance(x, dict):
        parts = [f"{json.dumps(key)}: {_readable(part, depth + 1)}" for key, part in x.items()]
        flat = not any(isinstance(part, dict | list) for part in x.values())
    elif isinstance(x, list):
        parts = [_readable(part, depth + 1) for part in x]
        flat = not any(isinstance(part, dict | list) for part in x)
    else:
        return json.dumps(x)
    start, end = "{}" if isinstance(x, dict) else "[]"
    if flat:
        return f"{start}{', '.join(parts)}{end}"
    margin = " " * (depth + 1)
    return f"{start}\n{margin}" + f",\n{margin}".join(parts) + f"\n{margin[1:]}{end}"


def _renumbered(tensors: dict[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Another program's tensors under our names, where theirs are numbered: 0.weight, 2.weight."""
    found = {name: NUMBERED.fullmatch(name) for name in tensors}
    ours = list(dict.fromkeys(name.rpartition(".")[0] for name in wanted))
    parts = {match.group(1, 2) for match in found.values() if match is not None}
    order = sorted(parts, key=lambda part: int(part[1]))
    if None in found.values() or len({prefix for prefix, _ in parts}) != 1 or len(order) != len(ours):
        return tensors
    new = dict(zip(order, ours, strict=True))
    return {f"{new[match.group(1, 2)]}.{match[3]}": tensors[name] for name, match in found.items() if match}


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
