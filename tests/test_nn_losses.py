"""Losses against written-out formulas (and PyTorch where it is installed), and what bad targets get."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Value
from nn import losses

numbers = st.floats(-30.0, 30.0)
rows = st.integers(2, 5).flatmap(
    lambda n: st.tuples(st.lists(numbers, min_size=n, max_size=n), st.integers(0, n - 1))
)


@given(rows)
def test_index_and_one_hot_agree_and_the_gradient_is_softmax_less_target(row) -> None:
    output, k = row
    values = [Value(o) for o in output]
    loss = losses.cross_entropy(values, k)
    loss.backward()
    top = max(output)
    weights = [math.exp(o - top) for o in output]
    assert loss.data == pytest.approx(math.log(sum(weights)) + top - output[k], abs=1e-12)
    for i, (value, w) in enumerate(zip(values, weights, strict=True)):
        assert value.grad == pytest.approx(w / sum(weights) - (i == k), abs=1e-12)
    one_hot = [float(i == k) for i in range(len(output))]
    assert losses.cross_entropy(values, one_hot).data == loss.data
    assert losses.cross_entropy(values, Value(float(k))).data == loss.data
    log_probabilities = [o - top - math.log(sum(weights)) for o in output]
    assert losses.nll(log_probabilities, k) == pytest.approx(loss.data, abs=1e-12)


@given(numbers, numbers, st.floats(0.01, 5.0))
def test_huber_is_its_two_branches(output: float, target: float, delta: float) -> None:
    value = Value(output)
    loss = losses.huber(value, target, delta)
    loss.backward()
    error = output - target
    inside = abs(error) <= delta
    assert loss.data == pytest.approx(
        0.5 * error**2 if inside else delta * (abs(error) - 0.5 * delta), rel=1e-12, abs=1e-300
    )
    assert value.grad == pytest.approx(error if inside else math.copysign(delta, error), rel=1e-12)


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
def test_torch_agrees(name: str) -> None:
    torch = pytest.importorskip("torch")
    functional = torch.nn.functional
    output = [0.3, -1.2, 2.5, 0.1]
    real, binary = [0.5, -2.0, 1.0, 3.0], [0.0, 1.0, 1.0, 0.0]
    o = torch.tensor(output, dtype=torch.float64, requires_grad=True)
    index = torch.tensor([2])
    target, reference = {
        "mse": (real, lambda: functional.mse_loss(o, torch.tensor(real).double())),
        "mae": (real, lambda: functional.l1_loss(o, torch.tensor(real).double())),
        "huber": (real, lambda: functional.huber_loss(o, torch.tensor(real).double())),
        "hinge": (2, lambda: functional.multi_margin_loss(o[None], index)),
        "cross_entropy": (2, lambda: functional.cross_entropy(o[None], index)),
        "nll": (2, lambda: functional.nll_loss(o[None], index)),
        "binary_cross_entropy": (
            binary,
            lambda: functional.binary_cross_entropy_with_logits(o, torch.tensor(binary).double()),
        ),
        "gaussian_nll": (
            real[:2],
            lambda: functional.gaussian_nll_loss(o[:2], torch.tensor(real[:2]).double(), o[2:].exp()),
        ),
        "poisson_nll": (binary, lambda: functional.poisson_nll_loss(o, torch.tensor(binary).double())),
    }[name]
    expected = reference()
    expected.backward()
    values = [Value(x) for x in output]
    loss = losses.LOSSES[name](values, target)
    loss.backward()
    assert loss.data == pytest.approx(expected.item(), rel=1e-14)
    assert [v.grad for v in values] == pytest.approx(o.grad.tolist(), rel=1e-13, abs=1e-16)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: losses.mse([1.0, 2.0], [1.0]), "2 outputs and 1 targets"),
        (lambda: losses.cross_entropy([1.0, 2.0], 2), r"class 2 with 2 outputs: classes are 0 ... 1"),
        (lambda: losses.cross_entropy([1.0, 2.0], 0.5), "class 0.5"),
        (lambda: losses.cross_entropy(1.0, 0), "use binary_cross_entropy"),
        (lambda: losses.cross_entropy([1.0, 2.0], [1.0, 0.0, 0.0]), "2 outputs and 3 targets"),
        (lambda: losses.gaussian_nll(1.0, 0.0), "needs 2 outputs for 1 targets"),
        (lambda: losses.loss_function("mean"), "no loss is called 'mean'"),
    ],
)
def test_what_is_wrong_is_said(call, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        call()


@pytest.mark.parametrize("name", sorted(losses.LOSSES))
@pytest.mark.parametrize("wrong", [None, "a", 1j, {1: 2}])
def test_what_is_no_number_is_named(name: str, wrong) -> None:
    several = name in ("cross_entropy", "nll", "gaussian_nll")
    loss = losses.LOSSES[name]
    with pytest.raises((TypeError, ValueError), match=rf"{name} (got|needs)|no number"):
        loss([wrong, 1.0] if several else wrong, 1)
    with pytest.raises((TypeError, ValueError), match=rf"{name} (got|needs)"):
        loss([1.0, 1.0] if several else 1.0, {"gaussian_nll": wrong}.get(name, [wrong] * 3))


def test_what_makes_no_sense_is_said() -> None:
    for delta in (-1.0, 0.0, math.nan):
        with pytest.raises(ValueError, match="give a positive number"):
            losses.huber(1.0, 2.0, delta)
    with pytest.raises(TypeError, match=r"mse got the output \[1.0, 2.0\] of type list"):
        losses.mse([[1.0, 2.0]], [[1.0, 2.0]])
    with pytest.raises(ValueError, match="mse got no outputs"):
        losses.mse([], [])
    with pytest.raises(ValueError, match="class nan"):
        losses.cross_entropy([1.0, 2.0], math.nan)
    with pytest.raises(TypeError, match="cross_entropy got the target None of type NoneType"):
        losses.cross_entropy([1.0, 2.0], None)
    with pytest.raises(TypeError, match="mse got the output None of type NoneType: give numbers or Values"):
        losses.mse([1.0, None], [1.0, 2.0])


def test_saturated_logits_stay_finite() -> None:
    z = Value(1000.0)
    loss = losses.binary_cross_entropy(z, 0.0)
    loss.backward()
    assert (loss.data, z.grad) == (1000.0, 1.0)
    assert losses.cross_entropy([1e6, 0.0], 1) == 1e6
