"""What can be drawn: values, modules, functions and programs, each turned into a snapshot."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd.errors import AutogradError
from autograd.graph import topological
from autograd.value import Value
from autograd.viz.groups import assign
from autograd.viz.program import program_graph
from autograd.viz.snapshot import Snapshot, snapshot


class TooLargeError(AutogradError, ValueError):
    """A graph has more nodes than a picture can show."""


def graph_of(
    subject: Any,
    *,
    args: Sequence[Any] | None = None,
    model: Any = None,
    depth: int | None = None,
    most: int | None = None,
) -> Snapshot:
    """The snapshot of a Value, a sequence of Values, a Module, a function with `args`, or a Program.

    With `most`, a graph without modules to fold that has more values is refused at once (TooLargeError).
    TypeError for anything else, with what it got.
    """
    if isinstance(subject, Value):
        return _recorded([subject], model, depth, most)
    if hasattr(subject, "instructions"):
        return program_graph(subject)
    if hasattr(subject, "named_parameters"):
        given = (
            [_inputs(subject)]
            if args is None
            else [_wrap(arg, _name(i, len(args))) for i, arg in enumerate(args)]
        )
        return _recorded(list(_values(subject(*given))), subject if model is None else model, depth, most)
    if callable(subject):
        return _function(subject, args, model, depth, most)
    return _recorded(list(_values(subject)), model, depth, most)


def _recorded(roots: Sequence[Value], model: Any, depth: int | None, most: int | None) -> Snapshot:
    if depth is not None and depth < 0:
        raise ValueError(f"depth got {depth}: give how many operations from the root to show, 0 or more")
    if not roots:
        raise ValueError("there is nothing to draw: the sequence of roots is empty; give at least one Value")
    names = parameter_names(model)
    if most is not None and depth is None and not names:
        count = len(topological(list(roots)))
        if count > most:
            raise TooLargeError(too_large(count, most))
    graph = snapshot(roots, names=names, depth=depth)
    assign(graph)
    return graph


def too_large(count: int, most: int) -> str:
    """What to do about a graph that is too large for a picture."""
    return (
        f"the graph has {count:,} nodes, more than a picture can show (max_nodes={most:,}): draw the "
        "neighbourhood of the root with depth=5, fold the graph by its modules with model=..., raise "
        "max_nodes, write all of it with draw(root, fold='none').save('graph.dot') or .json, or "
        "print(tape(root))"
    )


def parameter_names(model: Any) -> dict[int, str]:
    """The path of each parameter of a model, by the parameter's `id`; empty without a model."""
    if model is None:
        return {}
    if not hasattr(model, "named_parameters"):
        raise TypeError(
            f"model got {model!r} of type {type(model).__name__}: give a Module (with named_parameters())"
        )
    named = model.named_parameters()
    pairs = named.items() if isinstance(named, Mapping) else named
    return {id(parameter): str(name) for name, parameter in pairs}


# --- modules and functions ----------------------------------------------------------------------------------


def _inputs(model: Any) -> list[Value]:
    """Fresh inputs for a model that tells how many it takes."""
    inner = model
    for _ in range(8):
        for name in ("nin", "n_inputs", "in_features", "inputs"):
            count = getattr(inner, name, None)
            if isinstance(count, int):
                return [Value(0.0, f"x[{i}]") for i in range(count)]
        weights = getattr(inner, "w", None)
        if isinstance(weights, Sequence) and weights:
            return [Value(0.0, f"x[{i}]") for i in range(len(weights))]
        for name in ("layers", "neurons", "modules"):
            part = getattr(inner, name, None)
            if isinstance(part, Sequence) and part:
                inner = part[0]
                break
        else:
            break
    raise TypeError(
        f"{type(model).__name__} does not tell how many inputs it takes (no attribute nin): "
        "give them, as in draw(model, args=([0.5, -1.0],))"
    )


def _function(
    function: Any, args: Sequence[Any] | None, model: Any, depth: int | None, most: int | None
) -> Snapshot:
    if args is None:
        name = getattr(function, "__name__", type(function).__name__)
        raise TypeError(f"the function {name} needs numbers to run on: draw({name}, args=(1.0, 2.0))")
    if not isinstance(args, Sequence) or isinstance(args, str):
        raise TypeError(f"args got {args!r} of type {type(args).__name__}: give a tuple, as in args=(1.0,)")
    try:
        names = list(inspect.signature(function).bind(*args).arguments.items())
        flat: list[str] = []
        parameters = inspect.signature(function).parameters
        for name, value in names:
            if parameters[name].kind is inspect.Parameter.VAR_POSITIONAL:
                flat += [f"{name}[{i}]" for i in range(len(value))]
            else:
                flat.append(name)
    except ValueError:  # a built-in without a signature
        flat = [_name(i, len(args)) for i in range(len(args))]
    result = function(*[_wrap(arg, name) for arg, name in zip(args, flat, strict=True)])
    roots = list(_values(result))
    graph = _recorded(roots, model, depth, most)
    if len(roots) == 1:  # the graph is ours alone, so its gradients are known without touching anybody's
        for node, grad in zip(graph.nodes, graph.sweep(graph.roots[0]), strict=True):
            node.grad = grad
    return graph


def _name(i: int, count: int) -> str:
    return "x" if count == 1 else f"x{i}"


def _wrap(arg: Any, name: str) -> Any:
    """Numbers inside an argument as labelled values; everything else as it is."""
    if isinstance(arg, Value | str | bool) or arg is None:
        return arg
    if isinstance(arg, Mapping):
        return {key: _wrap(value, f"{name}[{key!r}]") for key, value in arg.items()}
    if hasattr(arg, "tolist"):
        arg = arg.tolist()
    if isinstance(arg, list | tuple):
        wrapped = [_wrap(value, f"{name}[{i}]") for i, value in enumerate(arg)]
        return wrapped if isinstance(arg, list) else tuple(wrapped)
    return Value(arg, name) if isinstance(arg, int | float) else arg


def _values(found: Any) -> Iterable[Value]:
    """The values of a result, in order, however it nests."""
    if isinstance(found, Value):
        yield found
    elif isinstance(found, Mapping):
        for part in found.values():
            yield from _values(part)
    elif isinstance(found, Iterable) and not isinstance(found, str | bytes):
        for part in found:
            yield from _values(part)
    else:
        raise TypeError(
            f"draw got {found!r} of type {type(found).__name__}: give a Value, a sequence of Values, "
            "a Module, a function with args=(...), or a Program"
        )
