"""Record PyTorch's optimisers and schedules into torch_steps.json: `python tests/record_torch.py`.

PyTorch's own code runs, with two things taken away that are not its formulas: products fused with sums
(ATEN_CPU_CAPABILITY=default) and a vector square root that is not always the nearest double.
"""

from __future__ import annotations

import json
import math
import os
import sys
from pathlib import Path
from typing import Any

STEPS = Path(__file__).with_name("torch_steps.json")
START = [-1.0, -0.7, 0.3, 0.5, 1.1]
SCALES = [0.01, 0.1, 1.0, 3.0, 10.0]
ROUNDS = 40
CASES: list[tuple[str, dict[str, Any]]] = [
    ("SGD", {"lr": 0.1}),
    ("SGD", {"lr": 0.1, "momentum": 0.9}),
    ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    ("SGD", {"lr": 0.1, "momentum": 0.8, "dampening": 0.3, "maximize": True}),
    ("RMSprop", {"lr": 0.01}),
    ("RMSprop", {"lr": 0.01, "alpha": 0.9, "momentum": 0.5, "centered": True, "weight_decay": 0.1}),
    ("Adagrad", {"lr": 0.1, "lr_decay": 0.01, "initial_accumulator_value": 0.1}),
    ("Adam", {"lr": 0.05}),
    ("Adam", {"lr": 0.05, "betas": (0.3, 0.7), "weight_decay": 0.1, "amsgrad": True}),
    ("AdamW", {"lr": 0.05}),
]
RATES: list[tuple[str, dict[str, Any]]] = [
    ("StepLR", {"step_size": 3, "gamma": 0.5}),
    ("MultiStepLR", {"milestones": [2, 5, 5]}),
    ("ExponentialLR", {"gamma": 0.9}),
    ("LinearLR", {"total_iters": 4}),
    ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.01}),
    ("CosineAnnealingLR", {"T_max": 5}),
    ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1}),
    ("ReduceLROnPlateau", {"factor": 0.5, "patience": 0, "cooldown": 2, "min_lr": 0.15}),
]
METRICS = [1.0, 0.9, 0.95, 0.91, 0.905, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6, 0.4, 0.5, 0.5, 0.5]


def gradient(x: list[float], step: int) -> list[float]:
    """That of a moving bowl, by products and sums alone, which give the same bits everywhere."""
    return [(p - 0.3 * (step % 7 - 3)) * scale for p, scale in zip(x, SCALES, strict=True)]


def _exact_roots(torch: Any) -> None:
    def sqrt(self: Any) -> Any:
        flat = [math.sqrt(x) if x >= 0.0 else math.nan for x in self.reshape(-1).tolist()]
        return torch.tensor(flat, dtype=self.dtype).reshape(self.shape)

    torch.Tensor.sqrt = sqrt
    torch.Tensor.sqrt_ = lambda self: self.copy_(sqrt(self))


def optimizer_steps(torch: Any) -> list[dict[str, Any]]:
    """The parameters after every step of each case."""
    found = []
    for name, settings in CASES:
        p = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = getattr(torch.optim, name)([p], **settings)
        steps = []
        for step in range(ROUNDS):
            p.grad = torch.tensor(gradient(p.tolist(), step), dtype=torch.float64)
            optimizer.step()
            steps.append([x.hex() for x in p.tolist()])
        found.append({"name": name, "settings": settings, "steps": steps})
    return found


def rates(torch: Any) -> list[dict[str, Any]]:
    """The learning rate of every epoch of each schedule."""
    found = []
    for name, settings in RATES:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
        schedule = getattr(torch.optim.lr_scheduler, name)(optimizer, **settings)
        lr = [optimizer.param_groups[0]["lr"].hex()]
        for metric in METRICS:
            optimizer.step()
            schedule.step(*([metric] if name == "ReduceLROnPlateau" else []))
            lr.append(float(optimizer.param_groups[0]["lr"]).hex())
        found.append({"name": name, "settings": settings, "lr": lr})
    return found


def record() -> dict[str, Any]:
    """All of it, by the PyTorch that is installed."""
    import torch

    assert torch.backends.cpu.get_cpu_capability() == "DEFAULT", "set ATEN_CPU_CAPABILITY=default"
    _exact_roots(torch)
    version = str(torch.__version__).partition("+")[0]
    return {"torch": version, "optimizers": optimizer_steps(torch), "schedules": rates(torch)}


if __name__ == "__main__":
    if os.environ.get("ATEN_CPU_CAPABILITY") != "default":
        os.execve(
            sys.executable, [sys.executable, *sys.argv], {**os.environ, "ATEN_CPU_CAPABILITY": "default"}
        )
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else STEPS
    found = record()
    parts = {
        key: "[\n" + ",\n".join(map(json.dumps, found[key])) + "\n]" for key in ("optimizers", "schedules")
    }
    lines = [f'"torch": {json.dumps(found["torch"])}', *(f'"{key}": {part}' for key, part in parts.items())]
    where.write_text("{\n" + ",\n".join(lines) + "\n}\n")
