"""Module: anything that holds parameters, and finds them by walking its attributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Self

from autograd import Value


class Module:
    """What has parameters: Values in attributes, in lists, tuples and dicts of them, in other Modules.

    They come in the order in which attributes were first assigned; one that is held twice is named once.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope, self.points = Value(2.0), [Value(0.5)]
    ...     def __call__(self, x):
    ...         return self.slope * x + self.points[0]
    >>> [name for name, p in Line().named_parameters()]
    ['slope', 'points[0]']
    """

    def __call__(self, *inputs: Any) -> Any:
        """The module's output; subclasses say what it is."""
        raise NotImplementedError(f"{type(self).__name__} has no __call__: define what it computes")

    def parameters(self) -> list[Value]:
        """The parameters, in order."""
        found: dict[int, Value] = {}
        _collect(self, found)
        return list(found.values())

    def named_parameters(self) -> Iterator[tuple[str, Value]]:
        """Pairs of name and parameter, such as ('layers[0].neurons[2].w[1]', Value(...))."""
        seen: set[int] = set()
        for name, p in _walk(self, ""):
            if id(p) not in seen:
                seen.add(id(p))
                yield name, p

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        for p in self.parameters():
            p.grad = 0.0

    def state_dict(self) -> dict[str, float]:
        """The numbers of the parameters by name."""
        return {name: p.data for name, p in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, float]) -> Self:
        """Set the parameters to the numbers of a `state_dict`.

        KeyError where the names differ, TypeError where one is no number; then nothing is set."""
        if not isinstance(state, Mapping):
            raise TypeError(
                f"load_state_dict got {state!r} of type {type(state).__name__}: give a dict of numbers by "
                "name, such as another model's state_dict()"
            )
        named = dict(self.named_parameters())
        missing = [name for name in named if name not in state]
        unknown = [name for name in state if name not in named]
        if missing or unknown:
            raise KeyError(
                f"the state does not fit this {type(self).__name__}: "
                f"{_some('missing', missing)}{_some('unknown', unknown)}"
                f"it needs {len(named)} names, {len(state)} given"
            )
        numbers = {name: Value(state[name]).data for name in named}
        for name, p in named.items():
            p.data = numbers[name]
        return self


def _collect(holder: Any, found: dict[int, Value]) -> None:
    """The values that `_walk` gives, each once, without the cost of their names."""
    if isinstance(holder, Module):
        holder = vars(holder).values()
    elif isinstance(holder, dict):
        holder = holder.values()
    for part in holder:
        if isinstance(part, Value):
            found.setdefault(id(part), part)
        elif isinstance(part, Module | list | tuple | dict):
            _collect(part, found)


def _some(what: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"{what} {', '.join(names[:3])}{' ...' if len(names) > 3 else ''}; "


def _walk(holder: Any, name: str) -> Iterator[tuple[str, Value]]:
    if isinstance(holder, Value):
        yield name, holder
        return
    parts: Iterable[tuple[str, Any]]
    if isinstance(holder, Module):
        parts = ((f"{name}.{key}" if name else key, part) for key, part in vars(holder).items())
    elif isinstance(holder, list | tuple):
        parts = ((f"{name}[{i}]", part) for i, part in enumerate(holder))
    elif isinstance(holder, dict):
        parts = ((f"{name}[{key!r}]", part) for key, part in holder.items())
    else:
        return
    for place, part in parts:
        if isinstance(part, Value):
            yield place, part
        elif isinstance(part, Module | list | tuple | dict):
            yield from _walk(part, place)


def substituted(module: Module, values: Sequence[Any], call: Callable[[], Any]) -> Any:
    """What `call()` gives while the parameters are replaced by other numbers, such as values being traced.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    >>> line = Line()
    >>> substituted(line, [5.0], lambda: line.slope), line.slope
    (5.0, Value(data=2.0))
    """
    parameters = module.parameters()
    if len(values) != len(parameters):
        raise ValueError(f"{len(values)} numbers given for {len(parameters)} parameters")
    new = {id(p): value for p, value in zip(parameters, values, strict=True)}
    undo: list[tuple[Any, Any, Any]] = []
    try:
        _replace(module, new, undo)
        return call()
    finally:
        for holder, key, old in reversed(undo):
            holder[key] = old


def _replace(holder: Any, new: dict[int, Any], undo: list[tuple[Any, Any, Any]]) -> None:
    holder = vars(holder) if isinstance(holder, Module) else holder
    for key, part in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
        swapped = part
        if isinstance(part, Value):
            swapped = new.get(id(part), part)
        elif isinstance(part, tuple):
            within = list(part)
            _replace(within, new, [])
            swapped = type(part)(*within) if hasattr(part, "_fields") else tuple(within)
        elif isinstance(part, Module | list | dict):
            _replace(part, new, undo)
        if swapped is not part:
            undo.append((holder, key, part))
            holder[key] = swapped
