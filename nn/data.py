"""Data as arrays of floats, checked: NumPy arrays, lists and pandas frames in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from nn.checks import count, real
from nn.extras import need
from nn.losses import Loss, binary_cross_entropy, cross_entropy, hinge, nll, poisson_nll

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
else:
    Array = Any


def array(data: Any, name: str, words: Sequence[str] = ("row", "column", "index")) -> Array:
    """The data as an array of floats of one or more rows.

    TypeError where a number is none, ValueError for an empty set, rows of unlike lengths, NaN or infinity.
    """
    np = need("numpy")
    if isinstance(data, str | bytes | dict | set | frozenset | Iterator):
        raise TypeError(f"{name} is {data!r} of type {type(data).__name__}: give a list or an array")
    try:
        found = np.asarray(data)
    except ValueError:
        lengths = {len(row) if hasattr(row, "__len__") else 1 for row in data}
        if len(lengths) == 1:
            raise ValueError(f"{name} has rows of rows of unlike lengths: make them one length") from None
        raise ValueError(
            f"{name} has rows of {min(lengths)} to {max(lengths)} numbers: make them all of one length"
        ) from None
    if found.ndim == 0:
        raise TypeError(f"{name} is {data!r}: give a sequence of {words[0]}s")
    if found.size == 0:
        raise ValueError(f"{name} is empty (shape {found.shape}): give at least one {words[0]}")
    if found.dtype.kind not in "fiub":
        found = _floats(found, name, words)
    found = found.astype(np.float64, copy=False)
    bad = np.argwhere(~np.isfinite(found))
    if len(bad):
        at = tuple(bad[0].tolist())
        raise ValueError(
            f"{name} holds {found[at]!s} in {_place(at, words)} ({len(bad)} numbers are not finite): "
            + ("drop such rows or fill them in" if words[0] == "row" else "give finite ones")
        )
    return found  # type: ignore[no-any-return]


def _place(at: Sequence[int], words: Sequence[str]) -> str:
    return ", ".join(f"{word} {i}" for word, i in zip(words, at, strict=False))


def _floats(found: Any, name: str, words: Sequence[str]) -> Any:
    """Objects as floats; TypeError that names the first which is no number."""
    np = need("numpy")
    if found.dtype.kind == "O":
        numbers = np.empty(found.shape)
        for at in np.ndindex(found.shape):
            part = found[at]
            if isinstance(part, str | bytes) or not hasattr(part, "__float__"):
                raise TypeError(_no_number(part, name, at, words))
            try:
                numbers[at] = float(part)
            except (TypeError, ValueError, OverflowError) as error:
                raise TypeError(f"{_no_number(part, name, at, words)} ({error})") from None
        return numbers
    if found.dtype.kind == "c":
        raise TypeError(f"{name} holds {found.dtype}: complex numbers are no inputs, give real ones")
    for at in np.ndindex(found.shape):  # of an array of texts, the first that is not even a number spelled
        try:
            float(found[at])
        except (TypeError, ValueError):
            raise TypeError(_no_number(found[at].item(), name, at, words)) from None
    raise TypeError(f"{name} holds {found.dtype} and no floats: convert it, say by X.astype(float)")


def _no_number(part: Any, name: str, at: Sequence[int], words: Sequence[str]) -> str:
    return f"{name} holds {part!r} of type {type(part).__name__} in {_place(at, words)}: that is no number"


def vector(data: Any, name: str) -> Array:
    """Numbers, or a lone one, as a flat array."""
    found = [data] if hasattr(data, "__float__") and not hasattr(data, "__len__") else data
    return array(found, name, ("number",) * 3).reshape(-1)


def rows(data: Any, name: str = "X") -> Array:
    """Inputs as a table of one row a sample; a flat sequence is a column, further axes are flattened."""
    found = array(data, name)
    return found.reshape(len(found), -1)


def targets(data: Any, samples: int, loss: Loss, outputs: int, name: str = "Y") -> Array:
    """Targets as one number or one row a sample, fit for the loss.

    Class indices become one-hot rows for the losses that take these. ValueError where there are not as many
    as samples, or where the loss has no meaning for them.
    """
    np = need("numpy")
    found = array(data, name)
    if len(found) != samples:
        raise ValueError(f"{name} has {len(found)} rows, X has {samples}: give one target a sample")
    if found.ndim > 2:
        found = found.reshape(len(found), -1)
    if found.ndim == 2 and found.shape[1] == 1:
        found = found[:, 0]
    if loss in (cross_entropy, nll, hinge) and found.ndim == 1 and outputs > 1:
        labels = _labels(found, outputs, name)
        return found if loss is hinge else np.eye(outputs)[labels]
    if loss in (cross_entropy, nll) and outputs == 1:
        raise ValueError(
            "the loss needs one output a class, the model has one: use binary_cross_entropy or more outputs"
        )
    if loss in (cross_entropy, nll):
        wrong = np.flatnonzero((found < 0.0).any(axis=1) | (abs(found.sum(axis=1) - 1.0) > 1e-6))
        if len(wrong):
            raise ValueError(
                f"{name} holds {found[wrong[0]].tolist()} in row {wrong[0]}: give class indices, one-hot "
                "rows, or rows of probabilities that sum to 1"
            )
    if loss is hinge:
        _within(found, name, (found == 1.0) | (found == -1.0), "hinge takes targets of -1 and 1")
    if loss is binary_cross_entropy:
        _within(
            found, name, (found >= 0.0) & (found <= 1.0), "binary_cross_entropy takes targets from 0 to 1"
        )
    if loss is poisson_nll:
        _within(found, name, found >= 0.0, "poisson_nll takes counts, from 0 up")
    return found


def _within(found: Array, name: str, good: Any, rule: str) -> None:
    if not good.all():
        raise ValueError(f"{name} holds {found[~good].flat[0]!s}: {rule}")


def _labels(found: Array, classes: int, name: str) -> Any:
    good = (found >= 0) & (found < classes) & (found == found.round())
    _within(found, name, good, f"labels of {classes} classes are 0 ... {classes - 1}")
    return found.astype(int)


def one_hot(labels: Any, classes: int | None = None) -> Array:
    """One row a label, 1 at its class and 0 elsewhere.

    As many classes as the largest label needs, unless given. ValueError for a label that is no class.

    >>> one_hot([1, 0]).tolist()
    [[0.0, 1.0], [1.0, 0.0]]
    """
    np = need("numpy")
    found = array(labels, "labels")
    if found.size != len(found):
        raise ValueError(f"labels has the shape {found.shape}: give one class index a sample")
    found = found.reshape(-1)
    if classes is None:
        whole = (found >= 0) & (found == found.round())
        _within(found, "labels", whole, "labels are class indices, from 0 up")
    wide = int(found.max()) + 1 if classes is None else count(classes, "classes")
    chosen = _labels(found, wide, "labels")
    rows_of = np.zeros((len(chosen), wide))
    rows_of[np.arange(len(chosen)), chosen] = 1.0
    return rows_of  # type: ignore[no-any-return]


def split(samples: int, share: float, seed: int) -> tuple[Any, Any]:
    """Two sets of row numbers, the second of that share of the samples; both have at least one.

    >>> first, second = split(10, 0.2, seed=0)
    >>> len(first), len(second)
    (8, 2)
    """
    np = need("numpy")
    share = real(share, "validation", "a share between 0 and 1, or a pair (X, Y)")
    if not 0.0 < share < 1.0 or samples < 2:
        raise ValueError(
            f"a share of {share!r} of {samples} samples can't be set apart: give one between 0 and 1"
        )
    order = np.random.default_rng([seed, 2**31]).permutation(samples)
    kept = min(max(round(samples * (1.0 - share)), 1), samples - 1)
    return np.sort(order[:kept]), np.sort(order[kept:])


def batches(order: Any, size: int) -> Sequence[Any]:
    """The row numbers in pieces of that size; the last one may be smaller."""
    return [order[i : i + size] for i in range(0, len(order), size)]
