"""Learning-rate schedules and gradient clipping, by PyTorch's names and formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from autograd import Value
from nn.optimizers import Optimizer


class LambdaLR:
    """The rate an optimiser began with, times a function of the number of epochs: `step()` after each epoch.

    >>> from nn import SGD
    >>> optimizer = SGD([Value(0.0)], lr=1.0)
    >>> schedule = LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    >>> schedule.step(); optimizer.lr
    0.5
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        self.optimizer = optimizer
        self.factor = lr_lambda
        self.base = optimizer.lr
        self.epoch = 0
        optimizer.lr = self.base * lr_lambda(0)

    def step(self, metric: float | None = None) -> None:  # noqa: ARG002 - only ReduceLROnPlateau asks for it
        """Go on to the next epoch."""
        self.epoch += 1
        self.optimizer.lr = self.base * self.factor(self.epoch)


class StepLR(LambdaLR):
    """Times `gamma` every `step_size` epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        super().__init__(optimizer, lambda epoch: float(gamma ** (epoch // step_size)))


class MultiStepLR(LambdaLR):
    """Times `gamma` at each of the milestones."""

    def __init__(self, optimizer: Optimizer, milestones: Sequence[int], gamma: float = 0.1) -> None:
        super().__init__(optimizer, lambda epoch: float(gamma ** sum(epoch >= m for m in milestones)))


class ExponentialLR(LambdaLR):
    """Times `gamma` every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        super().__init__(optimizer, lambda epoch: float(gamma**epoch))


class LinearLR(LambdaLR):
    """From one factor to another along a straight line over `total_iters` epochs: a warm-up."""

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        def factor(epoch: int) -> float:
            return start_factor + (end_factor - start_factor) * min(epoch, total_iters) / total_iters

        super().__init__(optimizer, factor)


class CosineAnnealingLR(LambdaLR):
    """Down to `eta_min` along half a cosine of `T_max` epochs (Loshchilov, Hutter 2016)."""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        share = eta_min / optimizer.lr

        def factor(epoch: int) -> float:
            return share + (1.0 - share) * (1.0 + math.cos(math.pi * epoch / T_max)) / 2.0

        super().__init__(optimizer, factor)


class ReduceLROnPlateau:
    """Times `factor` once a metric has not fallen for more than `patience` epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        min_lr: float = 0.0,
    ) -> None:
        self.optimizer = optimizer
        self.factor, self.patience, self.threshold, self.min_lr = factor, patience, threshold, min_lr
        self.best = math.inf
        self.bad = 0

    def step(self, metric: float | None = None) -> None:
        """Go on to the next epoch, having seen the metric of this one."""
        if metric is None:
            raise ValueError("ReduceLROnPlateau.step needs the metric that should fall")
        if metric < self.best * (1.0 - self.threshold):
            self.best, self.bad = metric, 0
        else:
            self.bad += 1
        if self.bad > self.patience:
            self.optimizer.lr = max(self.optimizer.lr * self.factor, self.min_lr)
            self.bad = 0


Schedule = LambdaLR | ReduceLROnPlateau


def clip_grad_norm(parameters: Iterable[Value], max_norm: float) -> float:
    """Scale the gradients so that their Euclidean norm is at most `max_norm`; the norm before.

    >>> x = Value(0.0)
    >>> x.grad = 4.0
    >>> clip_grad_norm([x], 1.0), round(x.grad, 5)
    (4.0, 1.0)
    """
    given = list(parameters)
    norm = math.hypot(*(p.grad for p in given))
    scale = clip_factor(norm, max_norm)
    if scale != 1.0:
        for p in given:
            p.grad = p.grad * scale
    return norm


def clip_grad_value(parameters: Iterable[Value], clip_value: float) -> None:
    """Keep every gradient between -clip_value and clip_value."""
    for p in parameters:
        p.grad = min(max(p.grad, -clip_value), clip_value)


def clip_factor(norm: float, max_norm: float) -> float:
    """What gradients of that norm are multiplied by (PyTorch's formula)."""
    return min(1.0, max_norm / (norm + 1e-6))
