"""fit: forward pass, error, backward pass, update, repeat, until it is good enough."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from nn.data import Array, batches, rows, split, targets
from nn.extras import need
from nn.history import Criterion, History, criteria, gradient_below
from nn.losses import Loss, loss_function
from nn.module import Module
from nn.objective import Objective, Penalty, objective, parameters_of, set_parameters
from nn.optimizers import OPTIMIZERS, Optimizer
from nn.schedules import Schedule, clip_factor

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
    callbacks: Sequence[Callback] = (),
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
    parameters. A history (with the same optimiser) goes on where it ended.

    ValueError for data that does not fit the model or the loss.

    >>> from nn import MLP, SGD
    >>> line = MLP(1, [1], init="zeros")
    >>> sgd = SGD(line.parameters(), lr=0.1)
    >>> history = fit(line, [0.0, 1.0, 2.0], [1.0, 3.0, 5.0], "mse", sgd, 300, compiled=False, progress=False)
    >>> round(line(10.0).data, 3), history.stopped_by
    (21.0, 'epochs')
    """
    run = _Run(model, X, Y, loss_function(loss), optimizer, validation, history, seed, penalty, compiled)
    run.stops = criteria(until)
    run.patience = patience
    run.schedule = schedule
    run.clip_norm, run.clip_value = clip_norm, clip_value
    run.callbacks = callbacks
    run.keep_parameters = keep_parameters
    if int(epochs) != epochs or epochs < 0:
        raise ValueError(f"epochs is {epochs!r}: give a whole number, 0 or more")
    if batch_size is not None and (int(batch_size) != batch_size or batch_size < 1):
        raise ValueError(
            f"batch_size is {batch_size!r}: give a positive integer, or None for all samples at once"
        )
    size = len(run.X) if batch_size is None else min(int(batch_size), len(run.X))
    return run.train(int(epochs), size, shuffle, progress)


class _Run:
    """One call of `fit`."""

    stops: Sequence[Criterion]
    patience: int | None
    schedule: Schedule | None
    clip_norm: float | None
    clip_value: float | None
    callbacks: Sequence[Callback]
    keep_parameters: bool

    def __init__(
        self,
        model: Module,
        X: Any,
        Y: Any,
        loss: Loss,
        optimizer: Optimizer | str | None,
        validation: float | tuple[Any, Any] | None,
        history: History | None,
        seed: int | None,
        penalty: Penalty | None,
        compiled: bool,
    ) -> None:
        np = need("numpy")
        self.model = model
        self.theta = parameters_of(model)
        if not len(self.theta):
            raise ValueError(f"this {type(model).__name__} has no parameters to train")
        self.history = History() if history is None else history
        if history is None:
            self.history.seed = int(np.random.SeedSequence().entropy % 2**63) if seed is None else int(seed)
        given = self.history.optimizer if optimizer is None else optimizer
        self.optimizer = optimizer_of(model, given)
        self.history.optimizer = self.optimizer
        self.trained = _places(model, self.optimizer)
        self.X = rows(X)
        outputs = count_outputs(model, self.X)
        self.Y = targets(Y, len(self.X), loss, outputs)
        self.held_out: tuple[Array, Array] | None = None
        if isinstance(validation, tuple | list):
            held = rows(validation[0], "validation X")
            self.held_out = held, targets(validation[1], len(held), loss, outputs, "validation Y")
        elif validation is not None:
            kept, apart = split(len(self.X), validation, self.history.seed)
            self.held_out = self.X[apart], self.Y[apart]
            self.X, self.Y = self.X[kept], self.Y[kept]
        self.objective: Objective = objective(model, loss, penalty, compiled)
        self.good = self.best = self.theta

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
        bar = need("tqdm").tqdm(total=epochs, disable=not progress, unit="epoch", leave=True)
        try:
            for _ in range(epochs):
                order = everything
                if shuffle and size < n:
                    order = np.random.default_rng([history.seed, history.epochs]).permutation(n)
                reason = self.epoch(order, size)
                history.seconds = spent + perf_counter() - begun
                bar.update()
                if progress and bar.last_print_n == bar.n and history.loss:
                    bar.set_postfix_str(f"loss {history.loss[-1]:.4g}", refresh=False)
                if reason:
                    history.stopped_by = reason
                    break
        except KeyboardInterrupt:
            history.stopped_by = "interrupted"
        finally:
            bar.close()
            history.compiled = self.objective.compiled
            restore = self.patience is not None and history.stopped_by != "diverged" and history.loss
            set_parameters(self.model, self.best if restore else self.theta)
            history.seconds = spent + perf_counter() - begun
        return history

    def epoch(self, order: Any, size: int) -> str | None:
        """One pass over the samples; the reason to stop after it, if there is one."""
        history, lost = self.history, 0.0
        mean: Any = 0.0
        n = len(order)
        for batch in [None] if size == n else batches(order, size):
            X, Y = (self.X, self.Y) if batch is None else (self.X[batch], self.Y[batch])
            value, gradient = self.objective.value_and_gradient(self.theta, X, Y)
            if not math.isfinite(value):
                return self.diverged(f"the loss is {value!r}")
            self.good = self.theta
            lost += value * len(X)
            if self.track:
                mean = mean + gradient * (len(X) / n)
            self.theta = self.update(gradient)
        if not need("numpy").isfinite(self.theta).all():
            return self.diverged("a parameter is not finite")
        history.loss.append(lost / n)
        history.lr.append(self.optimizer.lr)
        if self.track:
            history.gradient_norm.append(math.sqrt(float(mean @ mean)))
        if self.held_out is not None:
            history.validation.append(self.objective.value(self.theta, *self.held_out))
        if self.keep_parameters:
            history.parameters.append(self.theta)
        return self.judge()

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

    def judge(self) -> str | None:
        """The bookkeeping after an epoch: best parameters, schedule, callbacks, criteria."""
        history = self.history
        watched = history.validation or history.loss
        if watched[-1] <= watched[history.best_epoch]:
            history.best_epoch = len(watched) - 1
            # The training loss is that of the parameters before the step.
            self.best = self.theta if history.validation else self.good
        if self.schedule is not None:
            self.schedule.step(watched[-1])
        if self.callbacks:
            set_parameters(self.model, self.theta)
            for callback in self.callbacks:
                if callback(self.model, history) is True:
                    return "callback"
        for stop in self.stops:
            reason = stop(history)
            if reason:
                return reason if isinstance(reason, str) else "callback"
        if self.patience is not None and len(watched) - 1 - history.best_epoch >= self.patience:
            return "patience"
        return None

    def diverged(self, why: str) -> str:
        """Go back to the last parameters that gave a finite loss."""
        self.theta = self.good
        warnings.warn(
            f"training stopped in epoch {self.history.epochs + 1}: {why}. The last good parameters are kept; "
            "try a smaller learning rate or clip_norm",
            RuntimeWarning,
            stacklevel=5,
        )
        return "diverged"


def optimizer_of(model: Module, given: Optimizer | str | None) -> Optimizer:
    """An optimiser as it is or by its name; Adam where none is given. ValueError for an unknown name."""
    if isinstance(given, Optimizer):
        return given
    kinds: dict[str, Callable[..., Optimizer]] = dict(OPTIMIZERS)
    name = "adam" if given is None else str(given).lower()
    if name not in kinds:
        raise ValueError(
            f"no optimiser is called {given!r}: choose one of {', '.join(OPTIMIZERS)}, or give one"
        )
    return kinds[name](model.parameters())


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


def count_outputs(model: Module, X: Array) -> int:
    """How many outputs the model gives for the first row."""
    from autograd import no_grad

    with no_grad():
        output = model(X[0].tolist())
    return len(output) if isinstance(output, list | tuple) else 1
