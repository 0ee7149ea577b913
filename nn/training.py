"""fit: forward pass, error, backward pass, update, repeat, until it is good enough."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from nn.checks import count, function_of, model_of, real
from nn.data import Array, batches, rows, split, targets
from nn.eager import Objective, Penalty, count_outputs, parameters_of, set_parameters
from nn.extras import need
from nn.history import Criterion, History, criteria, gradient_below
from nn.losses import Loss, loss_function
from nn.module import Module
from nn.objective import objective
from nn.optimizers import optimizer_of
from nn.schedules import Schedule, clip_factor
from nn.stepping import Optimizer

# Called after each epoch with the model, its parameters up to date; True stops the training.
Callback = Callable[[Any, History], Any]


def fit(
    model: Module,
    X: Any,
    Y: Any,
    loss: str | Loss = "mse",
    optimizer: Optimizer | str | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    *,
    seed: int | None = None,
    shuffle: bool = True,
    validation: float | tuple[Any, Any] | None = None,
    patience: int | None = None,
    until: float | Criterion | Sequence[Any] | None = None,
    schedule: Schedule | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    penalty: Penalty | None = None,
    callbacks: Callback | Sequence[Callback] = (),
    keep_parameters: bool = False,
    compiled: bool = True,
    progress: bool = True,
    history: History | None = None,
) -> History:
    """Train the model on samples X with targets Y; the model is changed, the course of it is given.

    The loss is averaged over batches of `batch_size` (None, or more than there are samples: all at once),
    drawn in a new order each epoch; `penalty(model)` is added to it. `validation` is a share of the samples
    to set apart, or a pair (X, Y). Training ends after `epochs`, once `until` holds (a training loss to
    reach, `gradient_below(bound)`, any function of the History), after `patience` epochs without a better
    validation loss (training loss where there is no validation; the best parameters are restored), when a
    callback gives True, at Ctrl-C, or when the loss is no longer finite; the last two keep the last good
    parameters. A history goes on where it ended, in the middle of an epoch too, to the numbers of a run
    that was never stopped.

    TypeError or ValueError for arguments that make no sense and data that does not fit the model or loss.

    >>> from nn import MLP, SGD
    >>> line = MLP(1, [1], init="zeros")
    >>> sgd = SGD(line.parameters(), lr=0.1)
    >>> history = fit(line, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], "mse", sgd, 300, compiled=False, progress=False)
    >>> round(line(10.0).data, 3), history.stopped_by
    (21.0, 'epochs')
    """
    rounds = count(epochs, "epochs", 0)
    size = None if batch_size is None else count(batch_size, "batch_size")
    run = _Run(model_of(model, "fit"), loss_function(loss), optimizer, history, seed)
    run.stops = criteria(until)
    run.patience = None if patience is None else count(patience, "patience")
    run.schedule = _schedule_of(schedule, run.optimizer)
    wanted = "a positive number"
    run.clip_norm = None if clip_norm is None else real(clip_norm, "clip_norm", wanted, lambda c: c > 0.0)
    run.clip_value = None if clip_value is None else real(clip_value, "clip_value", wanted, lambda c: c > 0.0)
    run.callbacks = [
        function_of(call, "callbacks", "functions of (model, history)")
        for call in (callbacks if isinstance(callbacks, list | tuple) else [callbacks])
    ]
    run.keep_parameters = keep_parameters
    if penalty is not None:
        function_of(penalty, "penalty", "a function of the model")
    run.feed(X, Y, validation)
    run.objective = objective(model, run.loss, penalty, compiled)
    return run.train(rounds, len(run.X) if size is None else min(size, len(run.X)), shuffle, progress)


class _Run:
    """One call of `fit`."""

    stops: Sequence[Criterion]
    patience: int | None
    schedule: Schedule | None
    clip_norm: float | None
    clip_value: float | None
    callbacks: Sequence[Callback]
    keep_parameters: bool
    objective: Objective
    X: Array
    Y: Array
    held_out: tuple[Array, Array] | None = None

    def __init__(
        self,
        model: Module,
        loss: Loss,
        optimizer: Optimizer | str | None,
        history: History | None,
        seed: int | None,
    ) -> None:
        np = need("numpy")
        self.model, self.loss = model, loss
        self.theta = parameters_of(model)
        if not len(self.theta):
            raise ValueError(f"this {type(model).__name__} has no parameters to train")
        if history is None:
            drawn = np.random.SeedSequence().entropy % 2**63 if seed is None else count(seed, "seed", 0)
            history = History(seed=int(drawn))
        elif not isinstance(history, History):
            raise TypeError(f"history got {history!r} of type {type(history).__name__}: give what fit gave")
        self.history = history
        given = history.optimizer if optimizer is None else optimizer
        self.optimizer = history.optimizer = optimizer_of(model, given)
        self.trained = _places(model, self.optimizer)
        restored = history.best is not None and np.array_equal(self.theta, history.best)
        if history.last is not None and restored:
            self.theta = history.last
        self.best = self.theta if history.best is None else history.best
        self.mark(history.pending)
        self.good = self.kept

    def feed(self, X: Any, Y: Any, validation: Any) -> None:
        """The samples, checked against model and loss, with those that are set apart."""
        self.X = rows(X)
        outputs = count_outputs(self.model, self.X)
        self.Y = targets(Y, len(self.X), self.loss, outputs)
        if isinstance(validation, tuple | list):
            if len(validation) != 2:
                raise ValueError(f"validation has {len(validation)} parts: give a share, or a pair (X, Y)")
            held = rows(validation[0], "validation X")
            if held.shape[1] != self.X.shape[1]:
                raise ValueError(
                    f"validation X has {held.shape[1]} columns, X has {self.X.shape[1]}: give as many"
                )
            self.held_out = held, targets(validation[1], len(held), self.loss, outputs, "validation Y")
        elif validation is not None:
            kept, apart = split(len(self.X), validation, self.history.seed)
            self.held_out = self.X[apart], self.Y[apart]
            self.X, self.Y = self.X[kept], self.Y[kept]

    def mark(self, pending: dict[str, Any] | None) -> None:
        """Remember this state in one assignment, so that an interrupt finds all of it or the one before."""
        self.kept = self.theta, self.optimizer.state, self.optimizer.steps, pending

    def back(self, state: tuple[Any, ...]) -> None:
        """Go back to a state that was marked."""
        self.theta, self.optimizer.state, self.optimizer.steps, self.history.pending = state

    def train(self, epochs: int, size: int, shuffle: bool, progress: bool) -> History:
        """Run the epochs; whatever ends them, the model has the parameters that the history tells of."""
        np = need("numpy")
        history, n = self.history, len(self.X)
        history.stopped_by = "epochs"
        if self.keep_parameters and not history.parameters:
            history.parameters.append(self.theta)
        self.track = size == n or any(isinstance(stop, gradient_below) for stop in self.stops)
        begun, spent = perf_counter(), history.seconds
        everything = np.arange(n)
        bar = need("tqdm").tqdm(total=epochs, unit="epoch", leave=True) if progress else None
        try:
            for _ in range(epochs):
                order = everything
                if shuffle and size < n:
                    order = np.random.default_rng([history.seed, history.epochs]).permutation(n)
                reason = self.epoch(order, size)
                history.seconds = spent + perf_counter() - begun
                if bar is not None:
                    bar.update()
                    if bar.last_print_n == bar.n and history.loss:
                        bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                if reason:
                    history.stopped_by = reason
                    break
        except KeyboardInterrupt:
            history.stopped_by = "interrupted"
            self.back(self.kept)
        finally:
            if bar is not None:
                bar.close()
            history.compiled = self.objective.compiled
            restore = self.patience is not None and history.stopped_by != "diverged" and bool(history.loss)
            history.best, history.last = self.best, self.theta if restore else None
            set_parameters(self.model, self.best if restore else self.theta)
            history.seconds = spent + perf_counter() - begun
        return history

    def epoch(self, order: Any, size: int) -> str | None:
        """One pass over the samples; the reason to stop after it, if there is one."""
        n = len(order)
        pieces = [None] if size == n else batches(order, size)
        past = self.history.pending or {}
        lost, done = 0.0, 0
        mean: Any = 0.0
        if past.get("sizes") == (size, n):  # an epoch that was interrupted goes on
            lost, mean, done = past["lost"], past["mean"], past["done"]
        for batch in pieces[done:]:
            X, Y = (self.X, self.Y) if batch is None else (self.X[batch], self.Y[batch])
            value, gradient = self.objective.value_and_gradient(self.theta, X, Y)
            if not math.isfinite(value):
                return self.diverged(f"the loss is {value!r}")
            self.good = self.kept
            lost += value * len(X)
            if self.track:
                mean = mean + gradient * (len(X) / n)
            self.theta = self.update(gradient)
            done += 1
            self.mark({"sizes": (size, n), "lost": lost, "mean": mean, "done": done})
        if not need("numpy").isfinite(self.theta).all():
            return self.diverged("a parameter is not finite")
        return self.judge(lost / n, mean)

    def update(self, gradient: Array) -> Array:
        """The parameters after the optimiser's step; those it does not hold stay."""
        np = need("numpy")
        trained = self.trained
        g = gradient if trained is None else gradient[trained]
        if self.clip_value is not None:
            g = np.clip(g, -self.clip_value, self.clip_value)
        if self.clip_norm is not None:
            g = g * clip_factor(math.sqrt(float(g @ g)), self.clip_norm)
        if trained is None:
            return self.optimizer.advance(self.theta, g)  # type: ignore[no-any-return]
        theta = self.theta.copy()
        theta[trained] = self.optimizer.advance(theta[trained], g)
        return theta

    def judge(self, lost: float, mean: Any) -> str | None:
        """The bookkeeping after an epoch: best parameters, schedule, callbacks, criteria."""
        history = self.history
        validated = self.objective.value(self.theta, *self.held_out) if self.held_out is not None else None
        history.loss.append(lost)
        history.lr.append(self.optimizer.lr)
        if self.track:
            history.gradient_norm.append(math.sqrt(float(mean @ mean)))
        if validated is not None:
            history.validation.append(validated)
        if self.keep_parameters:
            history.parameters.append(self.theta)
        watched = history.validation or history.loss
        if watched[-1] <= watched[history.best_epoch]:
            history.best_epoch = len(watched) - 1
            # The training loss is that of the parameters before the step.
            self.best = self.theta if history.validation else self.good[0]
        if self.schedule is not None:
            self.schedule.step(watched[-1])
        history.pending = None
        self.mark(None)
        if self.callbacks:
            set_parameters(self.model, self.theta)
            for callback in self.callbacks:
                if _yes(callback(self.model, history)):
                    return "callback"
        for stop in self.stops:
            reason = stop(history)
            if isinstance(reason, str) and reason:
                return reason
            if _yes(reason):
                return "callback"
        if self.patience is not None and len(watched) - 1 - history.best_epoch >= self.patience:
            return "patience"
        return None

    def diverged(self, why: str) -> str:
        """Go back to the last parameters that gave a finite loss, and the optimiser's memory of then."""
        self.back((*self.good[:3], None))
        self.mark(None)
        warnings.warn(
            f"training stopped in epoch {self.history.epochs + 1}: {why}. The last good parameters are kept; "
            "try a smaller learning rate or clip_norm",
            RuntimeWarning,
            stacklevel=5,
        )
        return "diverged"


def _yes(answer: Any) -> bool:
    """True, NumPy's too; a number or a list that a callback happens to give stops nothing."""
    return isinstance(answer, bool | need("numpy").bool_) and bool(answer)


def _schedule_of(schedule: Any, optimizer: Optimizer) -> Schedule | None:
    if schedule is None:
        return None
    if not callable(getattr(schedule, "step", None)):
        raise TypeError(
            f"schedule got {schedule!r} of type {type(schedule).__name__}: give one of nn.schedules, such as "
            "nn.schedules.CosineAnnealingLR(optimizer, epochs)"
        )
    if getattr(schedule, "optimizer", optimizer) is not optimizer:
        raise ValueError("the schedule moves the rate of another optimiser: make it with the one given here")
    return schedule  # type: ignore[no-any-return]


def _places(model: Module, optimizer: Optimizer) -> Any:
    """Where the optimiser's parameters stand among the model's; None where they are the same."""
    np = need("numpy")
    index = {id(p): i for i, p in enumerate(model.parameters())}
    unknown = [p for p in optimizer.parameters if id(p) not in index]
    if unknown:
        raise ValueError(
            f"the optimiser holds {len(unknown)} parameters that are not the model's: make it with "
            "model.parameters()"
        )
    places = [index[id(p)] for p in optimizer.parameters]
    return None if places == list(range(len(index))) else np.array(places)
