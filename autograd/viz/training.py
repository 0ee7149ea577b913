"""The data of a training scrubber: parameters, losses and points, a frame a training step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from autograd.modes import no_grad
from autograd.value import Value
from autograd.viz.snapshot import Snapshot

FRAMES: Final = 200
POINTS: Final = 400
EVALUATIONS: Final = 20_000  # samples whose loss is computed when the page is made


@dataclass(slots=True)
class Training:
    """A model on its data: the loss of one sample as a graph, and what changes from step to step."""

    root: Value
    inputs: list[Value]
    outputs: list[Any]
    parameters: list[Value]
    steps: list[int]
    total: int
    frames: list[list[float]]
    loss: list[float | None]
    X: list[list[float]]
    Y: list[Any]
    sample: int

    def as_data(self, graph: Snapshot) -> dict[str, Any]:
        """What the page reads; ids are those of the graph."""
        ids = {id(value): i for i, value in enumerate(graph.values) if value is not None}
        present = [(i, ids[id(p)]) for i, p in enumerate(self.parameters) if id(p) in ids]
        numeric = all(isinstance(y, int | float) for y in self.Y)
        classes = sorted({float(y) for y in self.Y}) if numeric else []
        if len(classes) > 8 or any(not c.is_integer() for c in classes):
            classes = []
        why = None
        inputs = [ids[id(x)] for x in self.inputs if id(x) in ids]
        outputs = [ids[id(y)] for y in self.outputs if id(y) in ids]
        if len(inputs) != len(self.inputs) or len(outputs) != len(self.outputs):
            why = "the loss does not depend on every input and output of the model"
        elif len(inputs) > 2 or not inputs:
            why = f"the model has {len(inputs)} inputs, and a picture has room for one or two"
        elif len(inputs) == 1 and not numeric:
            why = "the targets are no numbers"
        return {
            "parameters": [node for _, node in present],
            "inputs": inputs,
            "outputs": outputs,
            "steps": self.steps,
            "total": self.total,
            "frames": [[repr(frame[i]) for i, _ in present] for frame in self.frames],
            "loss": [None if x is None else repr(x) for x in self.loss],
            "X": self.X,
            "Y": [float(y) for y in self.Y] if numeric else [0.0] * len(self.Y),
            "classes": classes,
            "threshold": 0.0 if classes == [-1.0, 1.0] else None,
            "extent": _extent(self.X),
            "sample": self.sample,
            "why": why,
            "note": f"the graph is the loss of sample {self.sample}, outlined in black",
        }


def training_of(
    model: Any,
    X: Sequence[Any],
    Y: Sequence[Any] | None,
    loss: Any,
    history: Sequence[Sequence[float]] | None,
    sample: int,
) -> Training:
    """Check the data and run the model over it, once a frame; its parameters end as they were."""
    if Y is None or loss is None or history is None:
        missing = [name for name, given in (("Y", Y), ("loss", loss), ("history", history)) if given is None]
        raise ValueError(f"{', '.join(missing)} missing: give stepper(model, X, Y, loss, history)")
    if not hasattr(model, "parameters"):
        raise TypeError(
            f"stepper got {model!r} of type {type(model).__name__}: give a Module with parameters()"
        )
    rows, targets = [_row(x) for x in X], [_plain(y) for y in Y]
    if len(rows) != len(targets):
        raise ValueError(f"X has {len(rows)} samples and Y has {len(targets)}: give one target a sample")
    if not 0 <= sample < len(rows):
        raise ValueError(
            f"sample got {sample}, but there are {len(rows)}: give a number from 0 to {len(rows) - 1}"
        )
    parameters: list[Value] = list(model.parameters())
    if not history:
        raise ValueError(
            "history is empty: give at least one list of parameters, such as [[p.data for p in ...]]"
        )
    for k, entry in enumerate(history):
        if len(entry) != len(parameters):
            raise ValueError(
                f"history[{k}] has {len(entry)} numbers, but the model has {len(parameters)} parameters: "
                "record [p.data for p in model.parameters()] at each training step"
            )
    steps = _evenly(len(history), FRAMES)
    frames = [[float(x) for x in history[k]] for k in steps]
    kept = [p.data for p in parameters]
    shown = _evenly(len(rows), max(1, min(POINTS, EVALUATIONS // len(frames))))
    losses: list[float | None] = []
    try:
        for frame in frames:
            _set(parameters, frame)
            with no_grad():
                total = sum(float(loss(model(rows[i]), targets[i])) for i in shown)
            losses.append(total / len(shown))
        inputs = [Value(x, f"x[{i}]") for i, x in enumerate(rows[sample])]
        output = model(inputs)
        root = loss(output, targets[sample])
    finally:
        _set(parameters, kept)
    if not isinstance(root, Value):
        raise TypeError(f"the loss gave {root!r} of type {type(root).__name__}: it must give a Value")
    if root.label is None:
        root.label = "loss"
    outputs = list(output) if isinstance(output, list | tuple) else [output]
    for i, y in enumerate(outputs):
        if isinstance(y, Value) and y.label is None:
            y.label = "output" if len(outputs) == 1 else f"output[{i}]"
    points = sorted({*_evenly(len(rows), POINTS), sample})
    return Training(
        root,
        inputs,
        outputs,
        parameters,
        steps,
        len(history) - 1,
        frames,
        losses,
        [rows[i] for i in points],
        [targets[i] for i in points],
        points.index(sample),
    )


def _set(parameters: Sequence[Value], numbers: Sequence[float]) -> None:
    for parameter, x in zip(parameters, numbers, strict=True):
        parameter.data = x


def _evenly(count: int, most: int) -> list[int]:
    """At most so many indices below count, evenly, the first and the last among them."""
    if count <= most:
        return list(range(count))
    if most == 1:
        return [0]
    return [round(i * (count - 1) / (most - 1)) for i in range(most)]


def _row(x: Any) -> list[float]:
    found = x.tolist() if hasattr(x, "tolist") else x
    return [float(v) for v in found] if isinstance(found, list | tuple) else [float(found)]


def _plain(y: Any) -> Any:
    return y.tolist() if hasattr(y, "tolist") else y


def _extent(X: Sequence[Sequence[float]]) -> list[float]:
    """The rectangle around the points, with a margin: left, right, bottom, top."""
    ends: list[float] = []
    for column in range(2):
        found = [row[column] for row in X if len(row) > column] or [0.0]
        margin = 0.15 * (max(found) - min(found)) or 1.0
        ends += [min(found) - margin, max(found) + margin]
    return ends
