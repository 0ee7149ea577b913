"""What a training run went through, and the criteria that end it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from nn.checks import not_negative, real
from nn.data import Array


@dataclass
class History:
    """One number an epoch: the mean loss while training, the validation loss, the learning rate, ...

    `gradient_norm` is that of the epoch's mean gradient; it is kept where an epoch is one batch or a
    criterion asks for it. `stopped_by` is "epochs", "loss", "gradient", "patience", "callback",
    "interrupted" or "diverged". `parameters` holds the parameters before the first and after every epoch,
    where asked for. The last three fields are what a further `fit` needs to go on exactly where this one
    ended: the parameters of the best epoch, those after the last step where the best were restored, and how
    far an interrupted epoch had come.
    """

    loss: list[float] = field(default_factory=list)
    validation: list[float] = field(default_factory=list)
    lr: list[float] = field(default_factory=list)
    gradient_norm: list[float] = field(default_factory=list)
    parameters: list[Array] = field(default_factory=list, repr=False, compare=False)
    stopped_by: str = ""
    best_epoch: int = 0
    seconds: float = 0.0
    compiled: bool = False
    seed: int = 0
    optimizer: Any = field(default=None, repr=False, compare=False)
    best: Array | None = field(default=None, repr=False, compare=False)
    last: Array | None = field(default=None, repr=False, compare=False)
    pending: dict[str, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def epochs(self) -> int:
        """How many epochs were run."""
        return len(self.loss)


# A criterion sees the history after each epoch: a reason to stop, True (for "callback"), or nothing.
Criterion = Callable[[History], Any]


def loss_below(bound: float) -> Criterion:
    """Stop once the training loss of an epoch is at most the bound.

    >>> loss_below(0.1)(History(loss=[0.5, 0.05]))
    'loss'
    """
    bound = real(bound, "loss_below", "a finite number")
    return lambda history: "loss" if history.loss[-1] <= bound else None


class gradient_below:
    """Stop once the norm of an epoch's mean gradient is at most the bound."""

    def __init__(self, bound: float) -> None:
        self.bound = not_negative(bound, "gradient_below")

    def __call__(self, history: History) -> str | None:
        """The reason to stop, if there is one."""
        return "gradient" if history.gradient_norm[-1] <= self.bound else None


def criteria(until: Any) -> list[Criterion]:
    """A number (an error threshold), a criterion, or several, as a list; TypeError for anything else."""
    if until is None:
        return []
    if isinstance(until, int | float) and not isinstance(until, bool):
        return [loss_below(real(until, "until", "a finite number"))]
    if callable(until) and not isinstance(until, type):
        return [until]
    if isinstance(until, list | tuple):
        return [criterion for part in until for criterion in criteria(part)]
    raise TypeError(
        f"until got {until!r}: give a loss to reach, a function of the History such as "
        "gradient_below(1e-3), or a list of these"
    )
