"""Optimisers and schedules step for step beside PyTorch's; floats and arrays give the same bits."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Value
from nn import schedules, stepping
from tests import record_torch
from tests.record_torch import CASES, METRICS, RATES, START, STEPS, gradient

TWICE = Value(1.0)


def run(optimizer, parameters: list[Value], steps: int) -> list[float]:
    for step in range(steps):
        for p, g in zip(parameters, gradient([p.data for p in parameters], step), strict=True):
            p.grad = g
        optimizer.step()
    return [p.data for p in parameters]


def differences(recorded: dict) -> list[str]:
    """Where our steps and rates are not PyTorch's to the last bit."""
    found = []
    for case in recorded["optimizers"]:
        parameters = [Value(x) for x in START]
        optimizer = getattr(nn, case["name"])(parameters, **case["settings"])
        for step, expected in enumerate(case["steps"]):
            for p, g in zip(parameters, gradient([p.data for p in parameters], step), strict=True):
                p.grad = g
            optimizer.step()
            if [p.data.hex() for p in parameters] != expected:
                found.append(f"{optimizer!r} in step {step}")
                break
    for case in recorded["schedules"]:
        optimizer = nn.SGD([Value(0.0)], lr=0.4)
        schedule = getattr(schedules, case["name"])(optimizer, **case["settings"])
        lr = [optimizer.lr.hex()]
        for metric in METRICS:
            schedule.step(metric)
            lr.append(optimizer.lr.hex())
        if lr != case["lr"]:
            found.append(f"{case['name']}({case['settings']})")
    return found


def test_steps_and_rates_are_pytorchs_to_the_last_bit() -> None:
    recorded = json.loads(STEPS.read_text())
    assert [case["name"] for case in recorded["optimizers"]] == [name for name, _ in CASES]
    assert [case["name"] for case in recorded["schedules"]] == [name for name, _ in RATES]
    assert differences(recorded) == []


def test_steps_and_rates_are_those_of_the_pytorch_that_is_installed(tmp_path) -> None:
    pytest.importorskip("torch")
    script = Path(record_torch.__file__)
    subprocess.run([sys.executable, str(script), str(tmp_path / "steps.json")], check=True, timeout=120)
    assert differences(json.loads((tmp_path / "steps.json").read_text())) == []


def test_fused_sums_stay_near() -> None:
    torch = pytest.importorskip("torch")
    for name, kept in CASES:
        ours, theirs = [Value(x) for x in START], torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = getattr(nn, name)(ours, **kept)
        reference = getattr(torch.optim, name)([theirs], **kept)
        for step in range(60):
            g = gradient(theirs.tolist(), step)
            theirs.grad = torch.tensor(g, dtype=torch.float64)
            for p, x in zip(ours, g, strict=True):
                p.grad = x
            reference.step()
            optimizer.step()
            assert [p.data for p in ours] == pytest.approx(theirs.tolist(), rel=1e-13, abs=1e-13)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_floats_and_arrays_give_the_same_bits(name: str, settings: dict, monkeypatch) -> None:
    pytest.importorskip("numpy")
    start = START
    one, many = [Value(x) for x in start], [Value(x) for x in start]
    kind = getattr(nn, name)
    plain = run(kind(one, **settings), one, 30)
    monkeypatch.setattr(stepping, "MANY", 0)
    assert run(kind(many, **settings), many, 30) == plain


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_a_saved_optimiser_goes_on(name: str, settings: dict) -> None:
    start = START
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
        (lambda: nn.SGD([Value(1.0)], lr="a"), TypeError, "lr got 'a' of type str"),
        (lambda: nn.SGD([Value(1.0)], lr=Value(0.1)), TypeError, "lr got Value"),
        (lambda: nn.SGD([Value(1.0)], 0.1, 0.9, 0.5), TypeError, "nesterov got 0.5"),
        (lambda: nn.SGD(None, 0.1), TypeError, "got None of type NoneType: give model.parameters"),
        (lambda: nn.SGD([TWICE, TWICE], 0.1), ValueError, "a parameter twice"),
        (lambda: nn.Adam([Value(1.0)], betas=0.9), TypeError, "betas got 0.9"),
        (lambda: nn.Adam([Value(1.0)], betas=("a", "b")), TypeError, "a part of betas got 'a'"),
        (lambda: nn.Adam([Value(1.0)], amsgrad="yes"), TypeError, "amsgrad got 'yes'"),
        (lambda: nn.SGD([Value(1.0)]).load_state_dict({}), ValueError, "no state of an optimiser"),
        (lambda: nn.SGD([Value(1.0)]).load_state_dict(None), ValueError, "no state of an optimiser"),
        (
            lambda: nn.SGD([Value(1.0)]).load_state_dict(nn.Adam([Value(1.0)]).state_dict()),
            ValueError,
            "the state is of another optimiser",
        ),
        (
            lambda: nn.Adam([Value(1.0)]).load_state_dict(
                {**nn.Adam([Value(1.0)]).state_dict(), "state": {"exp_avg": ["a"]}}
            ),
            TypeError,
            "exp_avg got 'a'",
        ),
        (lambda: schedules.StepLR(3, 1), TypeError, "StepLR got 3 of type int: give an optimiser"),
        (lambda: schedules.StepLR(nn.SGD([Value(1.0)]), 0), ValueError, "step_size is 0"),
        (lambda: schedules.MultiStepLR(nn.SGD([Value(1.0)]), 3), TypeError, "milestones got 3"),
        (lambda: schedules.ExponentialLR(nn.SGD([Value(1.0)]), "a"), TypeError, "gamma got 'a'"),
        (lambda: schedules.LinearLR(nn.SGD([Value(1.0)]), 2.0), ValueError, "start_factor is 2.0"),
        (lambda: schedules.CosineAnnealingLR(nn.SGD([Value(1.0)]), 0), ValueError, "T_max is 0"),
        (lambda: schedules.LambdaLR(nn.SGD([Value(1.0)]), 3), TypeError, "lr_lambda got 3"),
        (lambda: schedules.LambdaLR(nn.SGD([Value(1.0)]), str), TypeError, "what lr_lambda gave got '0'"),
        (lambda: schedules.ReduceLROnPlateau(nn.SGD([Value(1.0)]), 2.0), ValueError, "factor is 2.0"),
        (lambda: schedules.ReduceLROnPlateau(nn.SGD([Value(1.0)])).step(), ValueError, "needs the metric"),
        (lambda: nn.clip_grad_norm([1.0], 1.0), TypeError, "got 1.0 of type float: give Values"),
        (lambda: nn.clip_grad_norm([Value(1.0)], -1.0), ValueError, "max_norm is -1.0"),
        (lambda: nn.clip_grad_value(nn.MLP(1, [1]), "a"), TypeError, "clip_value got 'a'"),
    ],
)
def test_what_is_wrong_is_said(call, error, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_a_rate_of_ones_own() -> None:
    optimizer = nn.SGD([Value(0.0)], lr=0.5)
    schedule = schedules.LambdaLR(optimizer, lambda epoch: 1.0 / (1 + epoch))
    rates = [optimizer.lr]
    for _ in range(3):
        schedule.step()
        rates.append(optimizer.lr)
    assert rates == [0.5, 0.25, 0.5 * (1.0 / 3), 0.125]
    changed = schedules.ExponentialLR(optimizer, 0.5)
    optimizer.lr = 1.0  # by hand: it stays so
    changed.step()
    assert optimizer.lr == 0.5


@pytest.mark.parametrize("norm", [0.25, 1.0, 1e9])
def test_clipping_beside_torch(norm: float) -> None:
    torch = pytest.importorskip("torch")
    g = [3.0, -4.0, 0.1, 1e-3]
    values = [Value(0.0) for _ in g]
    tensor = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    for limit in (torch.nn.utils.clip_grad_norm_, torch.nn.utils.clip_grad_value_):
        tensor.grad = torch.tensor(g, dtype=torch.float64)
        for v, x in zip(values, g, strict=True):
            v.grad = x
        ours = nn.clip_grad_norm if limit is torch.nn.utils.clip_grad_norm_ else nn.clip_grad_value
        told, expected = ours(values, norm), limit([tensor], norm)
        assert told is expected is None or told == pytest.approx(expected.item(), rel=1e-15)
        assert [v.grad for v in values] == pytest.approx(tensor.grad.tolist(), rel=1e-15)


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
