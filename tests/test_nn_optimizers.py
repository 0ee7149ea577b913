"""Optimisers and schedules step for step beside PyTorch's; floats and arrays give the same bits."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import schedules, stepping

CASES = [
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


def gradient(x: list[float], step: int) -> list[float]:
    """That of a bumpy function: large and small numbers of both signs."""
    return [math.sin(3.0 * p + step) * 10.0 ** (i % 5 - 2) + p for i, p in enumerate(x)]


def run(optimizer, parameters: list[Value], steps: int) -> list[float]:
    for step in range(steps):
        for p, g in zip(parameters, gradient([p.data for p in parameters], step), strict=True):
            p.grad = g
        optimizer.step()
    return [p.data for p in parameters]


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_torch_steps_the_same(name: str, settings: dict) -> None:
    torch = pytest.importorskip("torch")
    start = [0.3 * i - 1.0 for i in range(8)]
    ours = [Value(x) for x in start]
    optimizer = getattr(nn, name)(ours, **settings)
    theirs = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    reference = getattr(torch.optim, name)([theirs], **settings)
    for step in range(60):
        g = gradient(theirs.tolist(), step)
        theirs.grad = torch.tensor(g, dtype=torch.float64)
        for p, x in zip(ours, g, strict=True):
            p.grad = x
        reference.step()
        optimizer.step()
        # A rounding or two a step, of numbers up to 100: PyTorch fuses multiply and add.
        assert [p.data for p in ours] == pytest.approx(theirs.tolist(), rel=1e-14, abs=1e-13)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_floats_and_arrays_give_the_same_bits(name: str, settings: dict, monkeypatch) -> None:
    pytest.importorskip("numpy")
    start = [0.3 * i - 1.0 for i in range(8)]
    one, many = [Value(x) for x in start], [Value(x) for x in start]
    kind = getattr(nn, name)
    plain = run(kind(one, **settings), one, 30)
    monkeypatch.setattr(stepping, "MANY", 0)
    assert run(kind(many, **settings), many, 30) == plain


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_a_saved_optimiser_goes_on(name: str, settings: dict) -> None:
    start = [0.3 * i - 1.0 for i in range(4)]
    kind = getattr(nn, name)
    whole = [Value(x) for x in start]
    through = kind(whole, **settings)
    run(through, whole, 7)
    saved = json.loads(json.dumps(through.state_dict()))
    again = [Value(p.data) for p in whole]
    resumed = kind(again, lr=99.0)
    resumed.load_state_dict(saved)
    assert run(resumed, again, 7) == run(through, whole, 7)


@settings(max_examples=30)
@given(st.sampled_from(["SGD", "RMSprop", "Adagrad", "Adam", "AdamW"]), st.floats(-5.0, 5.0))
def test_every_optimiser_finds_the_bottom_of_a_bowl(name: str, start: float) -> None:
    x = Value(start)
    optimizer = getattr(nn, name)([x], lr=0.3 if name == "Adagrad" else 0.05)
    for _ in range(400):
        optimizer.zero_grad()
        ((x - 0.5) ** 2).backward()
        optimizer.step()
    assert (x.data - 0.5) ** 2 <= max(0.05, 0.3 * (start - 0.5) ** 2)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: nn.SGD([], lr=0.1), ValueError, "no parameters"),
        (lambda: nn.SGD([1.0], lr=0.1), TypeError, "got 1.0 of type float"),
        (lambda: nn.SGD([Value(1.0)], lr=-0.1), ValueError, "lr is -0.1"),
        (lambda: nn.SGD([Value(1.0)], lr=math.nan), ValueError, "lr is nan"),
        (lambda: nn.SGD([Value(1.0)], nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda: nn.Adam([Value(1.0)], betas=(0.9, 1.0)), ValueError, "betas"),
        (
            lambda: nn.Adam([Value(1.0)]).load_state_dict(
                {**nn.Adam([Value(1.0)]).state_dict(), "state": {"exp_avg": [1.0, 2.0]}}
            ),
            ValueError,
            "exp_avg has 2 numbers",
        ),
    ],
)
def test_what_is_wrong_is_said(call, error, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("StepLR", {"step_size": 3, "gamma": 0.5}),
        ("MultiStepLR", {"milestones": [2, 5]}),
        ("ExponentialLR", {"gamma": 0.9}),
        ("LinearLR", {"total_iters": 4}),
        ("CosineAnnealingLR", {"T_max": 12, "eta_min": 0.01}),
        ("LambdaLR", {"lr_lambda": lambda epoch: 1.0 / (1 + epoch)}),
        ("ReduceLROnPlateau", {"factor": 0.5, "patience": 1}),
    ],
)
def test_schedules_beside_torch(name: str, arguments: dict) -> None:
    torch = pytest.importorskip("torch")
    ours = nn.SGD([Value(0.0)], lr=0.4)
    schedule = getattr(schedules, name)(ours, **arguments)
    theirs = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)
    reference = getattr(torch.optim.lr_scheduler, name)(theirs, **arguments)
    metrics = [1.0, 0.9, 0.95, 0.91, 0.905, 0.5, 0.6, 0.6, 0.6, 0.6, 0.6, 0.6]
    for metric in metrics:
        assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-13)
        theirs.step()
        reference.step(*([metric] if name == "ReduceLROnPlateau" else []))
        schedule.step(metric)
    assert ours.lr == pytest.approx(theirs.param_groups[0]["lr"], rel=1e-13)


def test_clipping() -> None:
    a, b = Value(0.0), Value(0.0)
    a.grad, b.grad = 3.0, -4.0
    assert nn.clip_grad_norm([a, b], 10.0) == 5.0
    assert (a.grad, b.grad) == (3.0, -4.0)
    nn.clip_grad_norm([a, b], 1.0)
    assert math.hypot(a.grad, b.grad) == pytest.approx(1.0, rel=1e-6)
    a.grad = 3.0
    nn.clip_grad_value([a, b], 0.5)
    assert (a.grad, b.grad) == (0.5, -0.5)
