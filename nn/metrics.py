"""How good predictions are: accuracy, the confusion matrix, R squared."""

from __future__ import annotations

from typing import Any

from nn.checks import count
from nn.data import Array, array
from nn.extras import need


def classes_of(outputs: Any) -> Any:
    """The class of each row: that of its largest output; where there is one output, whether it is above 0."""
    np = need("numpy")
    found = array(outputs, "outputs")
    if found.ndim == 2 and found.shape[1] > 1:
        return np.argmax(found, axis=1)
    return (found.reshape(len(found)) > 0.0).astype(int)


def labels_of(targets: Any) -> Any:
    """Class indices from indices, one-hot rows or targets of ±1 (which become 0 and 1).

    >>> labels_of([-1, 1]).tolist(), labels_of([[0, 1], [1, 0]]).tolist()
    ([0, 1], [1, 0])
    """
    np = need("numpy")
    found = array(targets, "targets")
    if found.ndim == 2 and found.shape[1] > 1:
        return np.argmax(found, axis=1)
    found = found.reshape(len(found))
    if (found == -1.0).any() and np.isin(found, (-1.0, 1.0)).all():
        return (found > 0.0).astype(int)
    wrong = found[(found < 0.0) | (found != found.round())]
    if len(wrong):
        raise ValueError(f"targets holds {wrong[0]!s}: give class indices from 0 up, ±1, or one-hot rows")
    return found.astype(int)


def _both(outputs: Any, targets: Any) -> tuple[Any, Any]:
    given, wanted = classes_of(outputs), labels_of(targets)
    if len(given) != len(wanted):
        raise ValueError(f"{len(given)} outputs and {len(wanted)} targets: give one target an output")
    classes = _classes(outputs)
    if wanted.max() >= classes:
        raise ValueError(
            f"targets holds the class {wanted.max()}, the outputs tell {classes} apart: classes are "
            f"0 ... {classes - 1}"
        )
    return given, wanted


def _classes(outputs: Any) -> int:
    """How many classes outputs tell apart: as many as columns, two where there is one."""
    shape = need("numpy").shape(outputs)
    return int(shape[1]) if len(shape) == 2 and shape[1] > 1 else 2


def accuracy(outputs: Any, targets: Any) -> float:
    """The share of samples whose class is right.

    >>> accuracy([[2.0, 1.0], [0.0, 3.0]], [0, 0])
    0.5
    """
    given, wanted = _both(outputs, targets)
    return float((given == wanted).mean())


def confusion_matrix(outputs: Any, targets: Any, classes: int | None = None) -> Array:
    """How many samples of each class (a row) were taken for each class (a column).

    >>> confusion_matrix([[2.0, 1.0], [0.0, 3.0]], [0, 0]).tolist()
    [[1, 1], [0, 0]]
    """
    np = need("numpy")
    given, wanted = _both(outputs, targets)
    size = _classes(outputs) if classes is None else count(classes, "classes")
    if max(given.max(), wanted.max()) >= size:
        raise ValueError(f"classes is {size}, there are {max(given.max(), wanted.max()) + 1}: give as many")
    matrix = np.zeros((size, size), dtype=int)
    np.add.at(matrix, (wanted, given), 1)
    return matrix  # type: ignore[no-any-return]


def r2(outputs: Any, targets: Any) -> float:
    """The share of the targets' variance that the outputs explain: 1 at best, 0 for the targets' mean.

    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), r2([2.0, 2.0, 2.0], [1.0, 2.0, 3.0])
    (1.0, 0.0)
    """
    given, wanted = array(outputs, "outputs"), array(targets, "targets")
    given = given.reshape(len(given), -1)
    wanted = wanted.reshape(len(wanted), -1)
    if given.shape != wanted.shape:
        raise ValueError(
            f"outputs of shape {given.shape}, targets of shape {wanted.shape}: give as many of each"
        )
    left = float(((wanted - given) ** 2).sum())
    total = float(((wanted - wanted.mean(axis=0)) ** 2).sum())
    return 1.0 - left / total if total > 0.0 else float(left == 0.0)
