"""One call of a user's function, recorded at inputs of its own: what every transform begins with.

Whether derivatives are then read as floats or as Values depends on what takes part. Plain numbers and nothing
else: floats. An argument that is a Value, or a Value from outside that the function closes over: Values, so
that the derivative can be differentiated in its turn. Inputs are always fresh nodes, so levels never mix.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd import sweep
from autograd.graph import CLOCK
from autograd.linear import LinearMap, pushforward
from autograd.modes import MODES, THREAD, depth, resumed
from autograd.primitives import identity
from autograd.pullback import Memo, pullback
from autograd.pytree import BadLeafError, Structure, _flatten, describe, flatten, map_leaves, unflatten
from autograd.value import Value, record2


def fresh(x: Any) -> Value:
    """A node of a transform's own for a number: a leaf, or for a Value its identity."""
    if isinstance(x, Value):
        return record2(identity, x.number, x, None, 1.0, 0.0)
    return Value(x)


class Recording:
    """A function's call at fresh inputs: its outputs as a graph, and how derivatives of it are to be read."""

    def __init__(
        self,
        name: str,
        function: Callable[..., Any],
        args: Sequence[Any],
        kwargs: dict[str, Any] | None = None,
        argnums: int | Sequence[int] = 0,
        has_aux: bool = False,
    ) -> None:
        self.name = name
        self.function = function
        picks = [_position(name, k, len(args)) for k in ((argnums,) if isinstance(argnums, int) else argnums)]
        self.since = CLOCK.tick()
        bound = list(args)
        self.primals: list[Any] = []
        self.inputs: list[Value] = []
        structures: list[Structure] = []
        with resumed():
            for k in picks:
                leaves, structure = flatten(args[k], f"{name}: argument {k}")
                inputs = [Value(x) if type(x) is float else fresh(x) for x in leaves]
                bound[k] = unflatten(structure, inputs, 0, True)
                self.primals.extend(leaves)
                self.inputs.extend(inputs)
                structures.append(structure)
            result = _during(self.since, function, bound, kwargs or {})
        # The structure of the derivative: that of the argument, or a tuple of those of the arguments.
        self.structure = structures[0] if isinstance(argnums, int) else _tuple(structures)
        self.aux: Any = None
        if has_aux:
            if not isinstance(result, tuple) or len(result) != 2:
                raise TypeError(
                    f"{name}: with has_aux the function must return a pair (output, aux), not {_show(result)}"
                )
            result, self.aux = result
        self.leaves, self.out = self._outputs(result)
        self.roots: list[Value] = [x for x in self.leaves if isinstance(x, Value)]
        self.nodes = any([isinstance(x, Value) for x in self.primals])  # Values in, Values out
        self.traced = any([x.mark < 0 for x in (*self.inputs, *self.roots)])
        self._map: LinearMap | None = None

    def _outputs(self, result: Any) -> tuple[list[Any], Structure]:
        leaves: list[Any] = []
        try:
            return leaves, _flatten(result, leaves)
        except BadLeafError as bad:
            where = f" at {bad.path}" if bad.path else ""
            hint = ": did you forget to return it?" if bad.leaf is None else ": only numbers have derivatives"
            raise TypeError(
                f"{self.name}: {called(self.function)} returned {bad.leaf!r}{where}, not a number{hint}"
            ) from None

    @property
    def detached(self) -> bool:
        """Whether the surroundings want no record of the results: inside no_grad(), but not traced."""
        return bool(MODES.open and depth("no_grad") and not self.traced)

    @property
    def linear(self) -> LinearMap:
        """The outputs' derivative at the inputs, a linear map of floats."""
        if self._map is None:
            self._map = LinearMap(self.roots, self.inputs, self.since)
        return self._map

    @property
    def live(self) -> bool:
        """Whether derivatives are read as Values: a Value from outside takes part."""
        return not self.detached and (self.nodes or self.linear.foreign)

    def scalar(self) -> Any:
        """The one output; TypeError that names jacobian where there are others."""
        if self.out.kind is None or self.out.shape == ():
            return self.leaves[0]
        raise TypeError(
            f"{self.name} needs a function with one number as its output, and {called(self.function)} "
            f"returned {describe(self.out)}: use autograd.jacobian, or return the sum"
        )

    def cotangents(self, root: Any) -> tuple[list[Any], bool]:
        """The derivatives of one root by all inputs, and whether they are read as Values."""
        if not isinstance(root, Value):
            return self.finish([0.0] * len(self.inputs), self.nodes)
        if sweep.sweeping() and not self.live:  # a checkpointed function's own transform, run again
            return self.finish(self.linear.pull([1.0] * len(self.roots)), False)
        if self.detached:
            return self.finish(sweep.cotangents([root], [1.0], self.inputs), False)
        if not self.nodes and root.mark >= 0:
            found = sweep.own_cotangents([root], [1.0], self.inputs, self.since)
            if found is not None:
                return found, False
        return self.finish(pullback([root], [1.0], self.inputs, True), True)

    def finish(self, numbers: list[Any], live: bool) -> tuple[list[Any], bool]:
        """Values where derivatives are read as Values, or the arguments were Values; floats otherwise."""
        if self.traced:
            # What a trace masks (a branch of `where` not taken) is the number 0 from here on.
            return [fresh(x) if isinstance(x, Value) else x for x in numbers], live
        if live or self.nodes:
            return [x if isinstance(x, Value) else Value(x) for x in numbers], live
        return numbers, live

    def result(self, leaves: Sequence[Any], live: bool) -> Any:
        """Outputs of the function, as floats unless derivatives are read as Values."""
        return unflatten(self.out, self.settle(leaves, live))

    def settle(self, numbers: Sequence[Any], live: bool) -> list[Any]:
        """Numbers that the function gave, as the caller gets them."""
        if live:
            return list(numbers)
        floats = [x.number if isinstance(x, Value) else x for x in numbers]
        return [Value(x) for x in floats] if self.nodes else floats

    def auxiliary(self, live: bool) -> Any:
        """What the function gave beside its output, as the caller gets it."""
        return self.aux if live else map_leaves(lambda x: self.settle([x], live)[0], self.aux)

    def scatter(self, found: Sequence[Any]) -> list[Any]:
        """Numbers, one a root, in the places of the outputs; 0.0 for outputs that depend on nothing."""
        remaining = iter(found)
        return [next(remaining) if isinstance(x, Value) else 0.0 for x in self.leaves]

    def gather(self, numbers: Sequence[Any]) -> list[Any]:
        """Of numbers, one an output, those that belong to the roots."""
        return [s for x, s in zip(self.leaves, numbers, strict=True) if isinstance(x, Value)]

    def push(self, tangents: Sequence[Any], memo: Memo | None = None) -> list[Any]:
        """The outputs' tangents, floats or Values as the reading is."""
        plain = not any([isinstance(t, Value) for t in tangents])
        if not self.roots:
            return self.scatter([])
        if (plain and not self.live) or self.detached:
            return self.scatter(self.linear.push([float(t) for t in tangents]))
        return self.scatter(pushforward(self.roots, self.inputs, tangents, memo))

    def pull(self, seeds: Sequence[Any], memo: Memo | None = None) -> list[Any]:
        """The inputs' cotangents for seeds of the outputs, floats or Values as the reading is."""
        given = self.gather(seeds)
        plain = not any([isinstance(s, Value) for s in given])
        if not self.roots:
            return [0.0] * len(self.inputs)
        if (plain and not self.live) or self.detached:
            return self.linear.pull([float(s) for s in given])
        kept = [i for i, s in enumerate(given) if isinstance(s, Value) or s != 0.0]
        roots = [self.roots[i] for i in kept]
        return pullback(roots, [given[i] for i in kept], self.inputs, True, memo)


def _during(since: float, function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
    """Call the function, and let this thread know which transforms are under way."""
    under_way = getattr(THREAD, "transforms", ())
    THREAD.transforms = (*under_way, since)
    try:
        return function(*args, **kwargs)
    finally:
        THREAD.transforms = under_way


def called(function: Any) -> str:
    """A function's name, for messages."""
    name: str = getattr(function, "__name__", type(function).__name__)
    return "the function" if name == "<lambda>" else name


def _show(result: Any) -> str:
    text = repr(result)
    return text if len(text) < 60 else f"a {type(result).__name__}"


def _tuple(structures: list[Structure]) -> Structure:
    return Structure(tuple, structures, (), None, sum([s.size for s in structures]))


def _position(name: str, argnum: Any, count: int) -> int:
    if not isinstance(argnum, int) or isinstance(argnum, bool):
        raise TypeError(f"{name}: argnums has {argnum!r}: give an int or a sequence of ints")
    if not -count <= argnum < count:
        raise ValueError(
            f"{name}: argnums asks for argument {argnum}, but {count} positional argument(s) were given"
        )
    return argnum % count
