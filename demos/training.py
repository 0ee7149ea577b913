"""Training and what ends it: thresholds, patience, callbacks, Ctrl-C. `python -m demos.training`."""

from __future__ import annotations

import os
import signal
from typing import Any

import nn
from demos.figures import OUT, figure, main, save
from nn.plots import COLOURS


class Digits:
    """A thousand digits, the same network from the same start for every run."""

    def __init__(self, quick: bool) -> None:
        from sklearn.datasets import load_digits

        X, y = load_digits(return_X_y=True)
        self.X, self.y = (X / 16.0)[: 200 if quick else 1000], y[: 200 if quick else 1000]
        self.epochs = 4 if quick else 60

    def run(self, name: str, epochs: int | None = None, **settings: Any) -> tuple[nn.MLP, nn.History]:
        """Train, and say what ended it."""
        model = nn.MLP(64, [16, 10], "tanh", init="glorot", seed=0)
        optimizer = nn.Adam(model.parameters(), settings.pop("lr", 0.01))
        size = settings.pop("batch_size", 50)
        history = nn.fit(
            model, self.X, self.y, "cross_entropy", optimizer, epochs or self.epochs, size, seed=0, **settings
        )
        tell(name, history)
        return model, history


def tell(name: str, history: nn.History) -> None:
    """One line on a run."""
    seen = f", validation {history.validation[-1]:.4f}" if history.validation else ""
    lost = f"loss {history.loss[-1]:.4f}{seen}"
    print(f"   {name:>34}: {history.stopped_by} after {history.epochs} epochs, {lost}")


def ctrl_c(at: int) -> Any:
    """A callback that presses Ctrl-C in that epoch."""

    def press(_model: nn.Module, history: nn.History) -> None:
        if history.epochs == at:
            os.kill(os.getpid(), signal.SIGINT)

    return press


def run(quick: bool = False) -> dict[str, nn.History]:
    """Each way of ending a run; the histories by name."""
    digits = Digits(quick)
    found: dict[str, nn.History] = {}
    print(f"{len(digits.X)} digits, 64-16-10 of tanh, Adam, batches of 50: what ends the training")
    goal = 1.5 if quick else 0.05
    cases: dict[str, dict[str, Any]] = {
        "a number of epochs": {},
        f"a loss of {goal}": {"until": goal},
        "a gradient's norm of 0.05": {"until": nn.gradient_below(0.05), "batch_size": None, "epochs": 400},
        "no better validation for 5 epochs": {"validation": 0.25, "patience": 5, "lr": 0.03},
        "a function of the history": {"until": lambda h: h.epochs > 2 and h.loss[-1] > 0.9 * h.loss[-2]},
    }
    for name, settings in cases.items():
        if quick and "epochs" in settings:
            settings["epochs"] = 4
        found[name] = digits.run(name, **settings)[1]
    early = found["no better validation for 5 epochs"]
    print(f"      (the weights of its epoch {early.best_epoch + 1}, the best one, are restored)")

    OUT.mkdir(exist_ok=True)
    best = OUT / "training_best.safetensors"

    def keep(model: nn.Module, history: nn.History) -> bool:
        """Save the best weights so far; stop at nine in ten right."""
        if history.best_epoch == history.epochs - 1:
            nn.save(model, best)
        return nn.accuracy(nn.predict(model, digits.X[:100]), digits.y[:100]) >= 0.9

    found["a callback, at 90% right"] = digits.run("a callback, at 90% right", callbacks=[keep])[1]
    print(f"      (it saved the best weights: {best}, {len(nn.load(best).parameters()):,} parameters)")

    print("Ctrl-C, and on again: the numbers of a run that was never stopped")
    whole, course = digits.run("never stopped", validation=0.2)
    pressed = 2 if quick else 20
    parted, history = digits.run("interrupted", validation=0.2, callbacks=[ctrl_c(pressed)])
    if history.stopped_by == "interrupted":
        left = digits.epochs - history.epochs
        nn.fit(parted, digits.X, digits.y, "cross_entropy", None, left, 50, validation=0.2, history=history)
        tell("resumed", history)
    apart = max(abs(p.data - q.data) for p, q in zip(whole.parameters(), parted.parameters(), strict=True))
    print(f"   the weights differ by {apart}, the losses by {abs(course.loss[-1] - history.loss[-1])}")
    found["interrupted, resumed"] = history
    draw(found)
    return found


def draw(found: dict[str, nn.History]) -> None:
    """The losses of all runs, and the one that stopped early."""
    drawn, (left, right) = figure(1, 2, (11.0, 4.5))
    for i, (name, history) in enumerate(found.items()):
        epochs = range(1, history.epochs + 1)
        left.loglog(epochs, history.loss, color=COLOURS[i], label=f"{name}: {history.stopped_by}")
        left.plot(history.epochs, history.loss[-1], "o", color=COLOURS[i])
    left.set(xlabel="epoch", ylabel="loss", title="What ended each run")
    left.legend(frameon=False, fontsize=7)
    nn.plot_history(found["no better validation for 5 epochs"], right)
    right.set(title="Early stopping")
    save(drawn, "training.png")


if __name__ == "__main__":
    main(run, __doc__)
