"""Functions to functions: grad, value_and_grad, vjp, jvp, linearize; gradients of a recorded graph.

Arguments and results are numbers nested in lists, tuples, dicts and NumPy arrays. Inside the function an
array is an object array of Values of the same shape. Plain numbers give plain numbers; where a Value takes
part, as an argument or closed over, the results are Values and can be differentiated again (inside
`no_grad()` they are not). An output that doesn't depend on an input has derivative 0.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from autograd import primitives
from autograd.pullback import pullback
from autograd.pytree import Structure, flatten, map_leaves, unflatten
from autograd.recording import Recording, called
from autograd.value import Value

Function = Callable[..., Any]
Argnums = int | Sequence[int]


def value_and_grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function that gives f's output and its gradient with respect to the arguments chosen.

    With `has_aux`, f returns a pair, and the result is ((output, aux), gradient). TypeError where the output
    is more than one number, or an argument holds what is no number.

    >>> value_and_grad(lambda p: p["a"] * p["b"] ** 2)({"a": 2.0, "b": 3.0})
    (18.0, {'a': 9.0, 'b': 12.0})
    """
    return _value_and_grad("value_and_grad", f, argnums, has_aux)


def _value_and_grad(name: str, f: Function, argnums: Argnums, has_aux: bool) -> Function:
    @_like(f, name)
    def value_and_gradient(*args: Any, **kwargs: Any) -> Any:
        recorded = Recording(name, f, args, kwargs, argnums, has_aux)
        root = recorded.scalar()
        found, live = recorded.cotangents(root)
        value = recorded.settle([root], live)[0]
        gradient = unflatten(recorded.structure, found)
        return ((value, recorded.auxiliary(live)), gradient) if has_aux else (value, gradient)

    return value_and_gradient


def grad(f: Function, argnums: Argnums = 0, has_aux: bool = False) -> Function:
    """The function that gives f's gradient with respect to the arguments chosen, in their structure.

    With `has_aux`, f returns a pair, and the result is (gradient, aux). TypeError where the output is more
    than one number, or an argument holds what is no number.

    >>> grad(lambda x: x**3)(2.0)
    12.0
    >>> grad(lambda x, y: x * y, argnums=(0, 1))(2.0, [3.0][0])
    (3.0, 2.0)
    >>> grad(grad(lambda x: x**3))(2.0)
    12.0
    """
    both = _value_and_grad("grad", f, argnums, has_aux)

    @_like(f, "grad")
    def gradient(*args: Any, **kwargs: Any) -> Any:
        value, found = both(*args, **kwargs)
        return (found, value[1]) if has_aux else found

    return gradient


def vjp(f: Function, *primals: Any, has_aux: bool = False) -> Any:
    """The output of f and its pullback: from a cotangent of the output to a tuple of those of the primals.

    With `has_aux`, f returns a pair, and the result is (output, pullback, aux).

    >>> out, pullback = vjp(lambda x, y: [x * y, x + y], 2.0, 3.0)
    >>> out, pullback([1.0, 10.0])
    ([6.0, 5.0], (13.0, 12.0))
    """
    recorded = Recording("vjp", f, primals, argnums=range(len(primals)), has_aux=has_aux)
    live = recorded.live

    def pullback(cotangent: Any) -> Any:
        seeds = match("vjp: the cotangent", cotangent, "the output", recorded.out)
        found = recorded.pull(seeds)
        return unflatten(recorded.structure, recorded.finish(found, recorded.live)[0])

    out = recorded.result(recorded.leaves, live)
    return (out, pullback, recorded.auxiliary(live)) if has_aux else (out, pullback)


def jvp(f: Function, primals: Sequence[Any], tangents: Sequence[Any], has_aux: bool = False) -> Any:
    """The output of f and its derivative along the tangents, pushed forward through one recording.

    With `has_aux`, f returns a pair, and the result is (output, tangent, aux).

    >>> jvp(lambda x, y: x * y, (2.0, 3.0), (1.0, 10.0))
    (6.0, 23.0)
    """
    recorded, push = _pushed("jvp", f, primals, has_aux)
    tangent, live = push(tangents)
    out = recorded.result(recorded.leaves, live)
    return (out, tangent, recorded.auxiliary(live)) if has_aux else (out, tangent)


def linearize(f: Function, *primals: Any, has_aux: bool = False) -> Any:
    """The output of f and its derivative there, a linear function of tangents: recorded once, pushed often.

    With `has_aux`, f returns a pair, and the result is (output, linear function, aux).

    >>> out, along = linearize(lambda x, y: x * y, 2.0, 3.0)
    >>> out, along(1.0, 0.0), along(0.0, 1.0)
    (6.0, 3.0, 2.0)
    """
    recorded, push = _pushed("linearize", f, primals, has_aux)
    out = recorded.result(recorded.leaves, recorded.live)

    def along(*tangents: Any) -> Any:
        return push(tangents)[0]

    return (out, along, recorded.auxiliary(recorded.live)) if has_aux else (out, along)


def _pushed(name: str, f: Function, primals: Any, has_aux: bool) -> tuple[Recording, Function]:
    if not isinstance(primals, tuple | list):
        raise TypeError(f"{name} takes the primals as a tuple, not {primals!r}: (x,) for a single one")
    recorded = Recording(name, f, primals, argnums=range(len(primals)), has_aux=has_aux)

    def push(tangents: Any) -> tuple[Any, bool]:
        if not isinstance(tangents, tuple | list):
            raise TypeError(f"{name} takes the tangents as a tuple, not {tangents!r}: (t,) for a single one")
        given = match(f"{name}: the tangents", tuple(tangents), "the primals", recorded.structure)
        live = recorded.live or (not recorded.detached and any([isinstance(t, Value) for t in given]))
        numbers = recorded.push(given)
        return unflatten(recorded.out, recorded.finish(numbers, live)[0]), live

    return recorded, push


def match(what: str, tree: Any, whose: str, wanted: Structure) -> list[Any]:
    """The numbers of a tree that must be nested as another is; TypeError where it isn't."""
    numbers, structure = flatten(tree, what)
    if not _alike(structure, wanted):
        raise TypeError(f"{what} must have the structure of {whose}, {wanted}, not {structure}")
    return numbers


def _alike(given: Structure, wanted: Structure) -> bool:
    """Whether two structures hold their numbers in the same places; a number is an array of no axes."""
    axes, wanted_axes = [() if s.kind is None else s.shape for s in (given, wanted)]
    if axes is not None or wanted_axes is not None:
        return axes == wanted_axes
    if _is_dict(given) != _is_dict(wanted) or given.keys != wanted.keys:
        return False
    return len(given.children) == len(wanted.children) and all(map(_alike, given.children, wanted.children))


def _is_dict(structure: Structure) -> bool:
    return structure.kind is not None and issubclass(structure.kind, dict)


def gradients(root: Value, leaves: Sequence[Value], seed: Any = 1.0) -> tuple[Value, ...]:
    """The derivatives of an already recorded root by Values it was made from, times the seed, as Values.

    They can be differentiated in their turn. A Value that the root doesn't depend on has derivative 0; no
    `.grad` is changed. StaleGraphError where a number was changed after it was recorded.

    >>> x = Value(3.0)
    >>> (slope,) = gradients(x**4, [x])
    >>> (curvature,) = gradients(slope, [x])
    >>> slope.data, curvature.data
    (108.0, 108.0)
    """
    if not isinstance(root, Value):
        raise TypeError(f"gradients takes a Value as its root, not {root!r}")
    wanted = [leaves] if isinstance(leaves, Value) else list(leaves)
    for i, x in enumerate(wanted):
        if not isinstance(x, Value):
            raise TypeError(f"gradients: leaf {i} is {x!r}, not a Value that the root was made from")
    given = match("gradients: the seed", seed, "the root", Structure(None))
    found = pullback([root], given, wanted)
    return tuple([x if isinstance(x, Value) else Value(x) for x in found])


def stop_gradient(x: Any) -> Any:
    """The same numbers without their history: nothing flows through, forward, backward or at any order.

    >>> grad(lambda x: x * stop_gradient(x))(3.0)
    3.0
    """
    return map_leaves(lambda v: primitives.stop_gradient(v) if v.mark < 0 else Value(v.number), x)


def _like(f: Function, name: str) -> Callable[[Function], Function]:
    """Give a transformed function the name and documentation of the original."""

    def dress(transformed: Function) -> Function:
        dressed: Any = wraps(f, updated=())(transformed)
        dressed.__name__ = f"{name}({called(f)})"
        return dressed  # type: ignore[no-any-return]

    return dress
