"""Pictures of training and of what was learned, on matplotlib's axes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from nn.checks import count, model_of
from nn.data import rows
from nn.eager import count_outputs
from nn.extras import need
from nn.history import History
from nn.layers import Layer
from nn.metrics import classes_of, labels_of
from nn.module import Module
from nn.objective import predict

# Okabe and Ito's palette (2008): told apart with every common kind of colour vision.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#D55E00",
    "#000000",
    "#999999",
    "#7F3C8D",
    "#F0E442",
)
MARKERS = "osD^vP*X<>"


def axes_for(ax: Any = None, size: tuple[float, float] = (6.0, 4.5)) -> Any:
    """The axes given, or those of a new figure (which belongs to no window)."""
    if ax is not None:
        if not hasattr(ax, "plot"):
            raise TypeError(f"ax got {ax!r} of type {type(ax).__name__}: give matplotlib axes, or None")
        return ax
    figure = need("matplotlib.figure", "matplotlib").Figure(figsize=size, layout="constrained")
    return figure.add_subplot()


def plot_history(history: History, ax: Any = None) -> Any:
    """Training and validation loss by epoch, on a logarithmic axis where they allow it."""
    if not isinstance(history, History):
        raise TypeError(
            f"plot_history got {history!r} of type {type(history).__name__}: give the History that fit gave"
        )
    ax = axes_for(ax)
    epochs = range(1, history.epochs + 1)
    ax.plot(epochs, history.loss, color=COLOURS[0], label="training")
    if history.validation:
        ax.plot(epochs, history.validation, color=COLOURS[1], linestyle="--", label="validation")
        best = history.best_epoch
        ax.plot(
            [best + 1], [history.validation[best]], "o", color=COLOURS[5], label=f"best: epoch {best + 1}"
        )
        ax.legend(frameon=False)
    if history.loss and all(x > 0.0 for x in [*history.loss, *history.validation]):
        ax.set_yscale("log")
    ax.set(xlabel="epoch", ylabel="loss")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def plot_decision_boundary(
    model: Module,
    X: Any,
    y: Any,
    ax: Any = None,
    *,
    steps: int = 120,
    names: Sequence[str] | Mapping[Any, str] | None = None,
) -> Any:
    """What a model of two inputs makes of the plane, with the samples in their places.

    Labels may be ±1, 0/1 or class indices, one-hot rows, or any other numbers or names of classes, which
    stand for the model's classes in sorted order. A model with one output decides by its sign. `names` are
    shown in their place: a sequence by class index, or a dict by label.
    ValueError where the inputs are not two, or labels are more than the model's classes.
    """
    np, colors = need("numpy"), need("matplotlib.colors", "matplotlib")
    points = rows(X)
    if points.shape[1] != 2:
        raise ValueError(f"plot_decision_boundary draws a plane: X has {points.shape[1]} columns, give 2")
    if len(np.asarray(y)) != len(points):
        raise ValueError(f"y has {len(y)} labels, X has {len(points)} rows: give one label a row")
    outputs_count = count_outputs(model_of(model, "plot_decision_boundary"), points)
    labels, told = _told(y, max(outputs_count, 2), names)
    ax = axes_for(ax)
    low, high = points.min(axis=0), points.max(axis=0)
    margin = 0.1 * (high - low) + 1e-9
    across, up = (
        np.linspace(a, b, count(steps, "steps", 2)) for a, b in zip(low - margin, high + margin, strict=True)
    )
    plane = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    outputs = predict(model, plane)
    found = classes_of(outputs)
    classes = max(outputs_count, 2)
    palette = colors.ListedColormap([COLOURS[k % len(COLOURS)] for k in range(classes)])
    ax.pcolormesh(
        across, up, found.reshape(steps, steps), cmap=palette, vmin=-0.5, vmax=classes - 0.5, alpha=0.22,
        shading="nearest", rasterized=True, linewidth=0,
    )  # fmt: skip
    surface = outputs.reshape(steps, steps) if outputs.size == steps * steps else None
    if surface is not None and surface.min() < 0.0 < surface.max():
        ax.contour(across, up, surface, levels=[0.0], colors="black", linewidths=1.2)
    for k in np.unique(labels):
        mine = points[labels == k]
        ax.scatter(
            mine[:, 0], mine[:, 1], s=28, color=COLOURS[k % len(COLOURS)], marker=MARKERS[k % len(MARKERS)],
            edgecolor="black", linewidth=0.5, label=told[k],
        )  # fmt: skip
    ax.legend(frameon=True, framealpha=0.9, title="class", loc="best")
    ax.set(xlim=(across[0], across[-1]), ylim=(up[0], up[-1]))
    return ax


def _told(y: Any, classes: int, names: Any) -> tuple[Any, dict[int, str]]:
    """The class index of each label, and what each class is called."""
    np = need("numpy")
    given = np.asarray(y)
    if given.ndim == 2 and given.shape[1] > 1:
        labels, kinds = labels_of(given), list(range(classes))
    else:
        given = given.reshape(-1)
        numeric = given.dtype.kind in "fiub"
        if numeric and np.isin(given, (-1, 1)).all():
            labels, kinds = (given > 0).astype(int), [-1, 1]
        elif numeric and np.isin(given, range(classes)).all():
            labels, kinds = given.astype(int), list(range(classes))
        else:
            found, labels = np.unique(given, return_inverse=True)
            kinds = found.tolist()
    if len(kinds) > classes:
        raise ValueError(f"y holds {len(kinds)} different labels, the model tells {classes} classes apart")
    told = {k: f"{kind:g}" if isinstance(kind, int | float) else str(kind) for k, kind in enumerate(kinds)}
    if isinstance(names, Mapping):
        told.update({k: str(names[kind]) for k, kind in enumerate(kinds) if kind in names})
    elif names is not None:
        if len(names) <= labels.max():
            raise ValueError(f"names has {len(names)} entries, the labels need {labels.max() + 1}")
        told.update(dict(enumerate(map(str, names))))
    return labels, told


def plot_weights(
    layer: Any, axes: Any = None, *, shape: tuple[int, int] | None = None, most: int = 64
) -> Any:
    """The weights of a layer (or of a model's first), one tile a neuron: orange adds, blue takes away.

    Tiles have the shape of the input images, a square where the inputs make one, else a row.
    """
    np = need("numpy")
    first = layer if isinstance(layer, Layer) else next(iter(getattr(layer, "layers", [])), None)
    if not isinstance(first, Layer):
        raise TypeError(
            f"plot_weights got {layer!r} of type {type(layer).__name__}: give a Layer, or a model that "
            "begins with one"
        )
    weights = np.array([[w.data for w in neuron.w] for neuron in first.neurons[: count(most, "most")]])
    nin = weights.shape[1]
    side = math.isqrt(nin)
    if shape is not None and (isinstance(shape, str) or not hasattr(shape, "__len__") or len(shape) != 2):
        raise TypeError(f"shape got {shape!r}: give a pair (height, width)")
    height, width = shape or ((side, side) if side * side == nin else (1, nin))
    if height * width != nin:
        raise ValueError(f"tiles of {height} x {width} do not hold {nin} weights: give another shape")
    columns = math.ceil(math.sqrt(len(weights) * height / width)) if height > 1 else 1
    columns = min(max(columns, 1), len(weights))
    lines = math.ceil(len(weights) / columns)
    sheet = np.full((lines * (height + 1) - 1, columns * (width + 1) - 1), np.nan)
    for i, row in enumerate(weights):
        top, left = (i // columns) * (height + 1), (i % columns) * (width + 1)
        sheet[top : top + height, left : left + width] = row.reshape(height, width)
    ax = axes_for(axes)
    bound = float(np.abs(weights).max()) or 1.0
    colors = need("matplotlib.colors", "matplotlib")
    diverging = colors.LinearSegmentedColormap.from_list("blue-orange", [COLOURS[0], "#ffffff", COLOURS[5]])
    drawn = ax.imshow(sheet, cmap=diverging, vmin=-bound, vmax=bound, interpolation="nearest", aspect="equal")
    ax.figure.colorbar(drawn, ax=ax, shrink=0.8, label="weight")
    ax.set_axis_off()
    return ax
