"""Learning-rate schedules and gradient clipping, by PyTorch's names and formulas.

Like PyTorch's, schedules go from one epoch's rate to the next, so a rate changed by hand stays changed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from autograd import Value
from nn.checks import count, function_of, not_negative, real
from nn.module import Module
from nn.stepping import Optimizer, values_of


class Schedule:
    """Base of the schedules: `step()` after each epoch moves the rate. Subclasses give `_rate`.

    TypeError for what is no optimiser.
    """

    def __init__(self, optimizer: Optimizer) -> None:
        if not isinstance(optimizer, Optimizer):
            raise TypeError(
                f"{type(self).__name__} got {optimizer!r} of type {type(optimizer).__name__}: "
                "give an optimiser"
            )
        self.optimizer = optimizer
        self.base = optimizer.lr
        self.epoch = 0
        optimizer.lr = self._rate(optimizer.lr)

    def step(self, metric: float | None = None) -> None:  # noqa: ARG002 - only ReduceLROnPlateau asks for it
        """Go on to the next epoch."""
        self.epoch += 1
        self.optimizer.lr = self._rate(self.optimizer.lr)

    def _rate(self, lr: float) -> float:
        raise NotImplementedError(f"{type(self).__name__} has no _rate")


class LambdaLR(Schedule):
    """The rate an optimiser began with, times a function of the number of epochs.

    >>> from nn import SGD
    >>> optimizer = SGD([Value(0.0)], lr=1.0)
    >>> schedule = LambdaLR(optimizer, lambda epoch: 0.5**epoch)
    >>> schedule.step(); optimizer.lr
    0.5
    """

    def __init__(self, optimizer: Optimizer, lr_lambda: Callable[[int], float]) -> None:
        self.factor = function_of(lr_lambda, "lr_lambda", "a function of the epoch's number")
        super().__init__(optimizer)

    def _rate(self, lr: float) -> float:  # noqa: ARG002 - from the first rate, not the last
        return self.base * real(self.factor(self.epoch), "what lr_lambda gave", "a finite number")


class StepLR(Schedule):
    """Times `gamma` every `step_size` epochs."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1) -> None:
        self.step_size, self.gamma = count(step_size, "step_size"), not_negative(gamma, "gamma")
        super().__init__(optimizer)

    def _rate(self, lr: float) -> float:
        return lr if self.epoch == 0 or self.epoch % self.step_size else lr * self.gamma


class MultiStepLR(Schedule):
    """Times `gamma` at each of the milestones."""

    def __init__(self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1) -> None:
        if not hasattr(milestones, "__iter__"):
            raise TypeError(f"milestones got {milestones!r}: give a list of epochs")
        self.milestones = [count(m, "a milestone", 0) for m in milestones]
        self.gamma = not_negative(gamma, "gamma")
        super().__init__(optimizer)

    def _rate(self, lr: float) -> float:
        times = self.milestones.count(self.epoch)
        return lr * float(self.gamma**times) if times else lr


class ExponentialLR(Schedule):
    """Times `gamma` every epoch."""

    def __init__(self, optimizer: Optimizer, gamma: float) -> None:
        self.gamma = not_negative(gamma, "gamma")
        super().__init__(optimizer)

    def _rate(self, lr: float) -> float:
        return lr * self.gamma if self.epoch else lr


class LinearLR(Schedule):
    """From one factor to another along a straight line over `total_iters` epochs: a warm-up."""

    def __init__(
        self, optimizer: Optimizer, start_factor: float = 1 / 3, end_factor: float = 1.0, total_iters: int = 5
    ) -> None:
        self.start = real(start_factor, "start_factor", "a number in (0, 1]", lambda f: 0.0 < f <= 1.0)
        self.end = real(end_factor, "end_factor", "a number in [0, 1]", lambda f: 0.0 <= f <= 1.0)
        self.total = count(total_iters, "total_iters")
        super().__init__(optimizer)

    def _rate(self, lr: float) -> float:
        if self.epoch == 0:
            return lr * self.start
        if self.epoch > self.total:
            return lr
        slope = self.end - self.start
        return lr * (1.0 + slope / (self.total * self.start + (self.epoch - 1) * slope))


class CosineAnnealingLR(Schedule):
    """Down to `eta_min` along half a cosine of `T_max` epochs, and up again (Loshchilov, Hutter 2016)."""

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0) -> None:
        self.half, self.least = count(T_max, "T_max"), not_negative(eta_min, "eta_min")
        super().__init__(optimizer)

    def _rate(self, lr: float) -> float:
        epoch, half = self.epoch, self.half
        if epoch == 0:
            return lr
        if (epoch - 1 - half) % (2 * half) == 0:
            return lr + (self.base - self.least) * (1 - math.cos(math.pi / half)) / 2
        now, before = (1 + math.cos(math.pi * e / half) for e in (epoch, epoch - 1))
        return now / before * (lr - self.least) + self.least


class ReduceLROnPlateau(Schedule):
    """Times `factor` once a metric has not fallen for more than `patience` epochs."""

    def __init__(
        self,
        optimizer: Optimizer,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        min_lr: float = 0.0,
        *,
        cooldown: int = 0,
        eps: float = 1e-8,
    ) -> None:
        self.factor = real(factor, "factor", "a number in [0, 1)", lambda f: 0.0 <= f < 1.0)
        self.patience, self.cooldown = count(patience, "patience", 0), count(cooldown, "cooldown", 0)
        self.threshold, self.min_lr = not_negative(threshold, "threshold"), not_negative(min_lr, "min_lr")
        self.eps = not_negative(eps, "eps")
        self.best = math.inf
        self.bad = self.cooling = 0
        super().__init__(optimizer)

    def step(self, metric: float | None = None) -> None:
        """Go on to the next epoch, having seen the metric of this one."""
        if metric is None:
            raise ValueError("ReduceLROnPlateau.step needs the metric that should fall")
        seen = real(metric, "metric", "a number", lambda _: True)
        self.epoch += 1
        if seen < self.best * (1.0 - self.threshold):
            self.best, self.bad = seen, 0
        else:
            self.bad += 1
        if self.cooling > 0:
            self.cooling -= 1
            self.bad = 0
        if self.bad > self.patience:
            new = max(self.optimizer.lr * self.factor, self.min_lr)
            if self.optimizer.lr - new > self.eps:
                self.optimizer.lr = new
            self.cooling, self.bad = self.cooldown, 0

    def _rate(self, lr: float) -> float:
        return lr


def clip_grad_norm(parameters: Iterable[Value] | Value | Module, max_norm: float) -> float:
    """Scale the gradients so that their Euclidean norm is at most `max_norm`; the norm before.

    >>> x = Value(0.0)
    >>> x.grad = 4.0
    >>> clip_grad_norm([x], 1.0), round(x.grad, 5)
    (4.0, 1.0)
    """
    given = values_of(parameters, "clip_grad_norm")
    bound = real(max_norm, "max_norm", "a number that is not negative", lambda x: x >= 0.0)
    norm = math.hypot(*(p.grad for p in given))
    scale = clip_factor(norm, bound)
    if scale != 1.0:
        for p in given:
            p.grad = p.grad * scale
    return norm


def clip_grad_value(parameters: Iterable[Value] | Value | Module, clip_value: float) -> None:
    """Keep every gradient between -clip_value and clip_value."""
    bound = real(clip_value, "clip_value", "a number that is not negative", lambda x: x >= 0.0)
    for p in values_of(parameters, "clip_grad_value"):
        p.grad = min(max(p.grad, -bound), bound)


def clip_factor(norm: float, max_norm: float) -> float:
    """What gradients of that norm are multiplied by (PyTorch's formula)."""
    return min(1.0, max_norm / (norm + 1e-6))
