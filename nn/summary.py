"""A network as a table of layers and parameter counts."""

from __future__ import annotations

from typing import Any

from nn.checks import model_of


def summary(model: Any) -> str:
    """The parts of a model with their sizes and numbers of parameters, and the total.

    >>> from nn import MLP
    >>> print(summary(MLP(2, [16, 16, 1], seed=0)))
    layer      inputs  outputs  activation  parameters
    layers[0]       2       16  relu                48
    layers[1]      16       16  relu               272
    layers[2]      16        1  linear              17
    total                                          337
    """
    parameters = model_of(model, "summary").parameters()
    rows = [("layer", "inputs", "outputs", "activation", "parameters")]
    parts = [(f"layers[{i}]", part) for i, part in enumerate(getattr(model, "layers", []))]
    for name, part in parts or [(type(model).__name__, model)]:
        find = getattr(part, "parameters", None)
        kind = getattr(part, "activation", None) or getattr(part, "__name__", type(part).__name__)
        size = len(find()) if find is not None else 0
        nin, nout = (_size(getattr(part, key, None)) for key in ("nin", "nout"))
        rows.append((name, nin, nout, str(kind), f"{size:,}"))
    rows.append(("total", "", "", "", f"{len(parameters):,}"))
    widths = [max(len(row[i]) for row in rows) for i in range(5)]
    left = {0, 3}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i in left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _size(n: int | None) -> str:
    return "" if n is None else str(n)
