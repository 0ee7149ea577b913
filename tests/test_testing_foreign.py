"""gradcheck as a referee of others: PyTorch, JAX, NumPy, and arrays that behave like theirs."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest

from autograd import GradcheckError
from autograd.testing import gradcheck


def single(x):
    return struct.unpack("f", struct.pack("f", x))[0]


class Tensor:
    """Behaves as PyTorch's do: no NumPy while it requires a gradient, and results in its own precision."""

    def __init__(self, numbers, dtype="torch.float32", requires_grad=False):
        self.dtype, self.requires_grad = dtype, requires_grad
        self.numbers = (
            [single(x) for x in numbers] if dtype == "torch.float32" else [float(x) for x in numbers]
        )
        self.shape = (len(self.numbers),)

    def __array__(self, *args, **kwargs):
        if self.requires_grad:
            raise RuntimeError("Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()")
        return np.array(self.numbers)

    def detach(self):
        return Tensor(self.numbers, self.dtype)

    def tolist(self):
        assert not self.requires_grad
        return list(self.numbers)

    def double(self):
        return Tensor(self.numbers, "torch.float64", self.requires_grad)

    def is_floating_point(self):
        return True

    def new_tensor(self, numbers):
        return Tensor(numbers, self.dtype)

    def requires_grad_(self):
        self.requires_grad = True
        return self

    def map(self, function):
        return Tensor([function(x) for x in self.numbers], self.dtype, self.requires_grad)


@pytest.mark.parametrize("dtype", ["torch.float32", "torch.float64"])
@pytest.mark.parametrize("requires_grad", [False, True])
def test_tensors_in_all_but_name(dtype, requires_grad):
    seen = []

    def f(x):
        seen.append((x.dtype, x.requires_grad))
        return x.map(math.sin)

    x = Tensor([0.5, 1.0, 2.0], dtype, requires_grad)
    diagonal = lambda x: [[math.cos(a) if i == k else 0.0 for k in range(3)] for i, a in enumerate(x.numbers)]  # noqa: E731
    assert gradcheck(f, x, gradient=diagonal) == 9
    assert {r for _, r in seen} == {requires_grad}  # what is differentiated still wants to be
    with pytest.raises(GradcheckError, match=r"args\[0\]\[0\]"):
        gradcheck(f, x, gradient=lambda x: [[(1.0 + 1e-4) * d for d in row] for row in diagonal(x)])


@pytest.mark.parametrize(("dtype", "wrong"), [(np.float64, 1e-7), (np.float32, 1e-4), (np.float16, 0.1)])
def test_numpy_in_every_precision(dtype, wrong):
    def f(p):
        return {"loss": np.tanh(p["w"] @ p["x"]).sum(), "aside": None}

    def gradient(p, factor=1.0):
        slope = (1.0 - np.tanh(p["w"] @ p["x"]) ** 2) * dtype(factor)
        return {"x": p["w"].T @ slope, "w": np.outer(slope, p["x"])}  # in another order

    random = np.random.default_rng(0)
    p = {"w": random.normal(size=(2, 3)).astype(dtype), "x": random.normal(size=3).astype(dtype)}
    assert gradcheck(f, p, gradient=gradient) == 9
    with pytest.raises(GradcheckError):
        gradcheck(f, p, gradient=lambda p: gradient(p, 1.0 + wrong))


def test_results_in_single_precision_of_plain_numbers():
    f = lambda x, y: np.tanh(np.float32(x) * np.float32(y))  # noqa: E731

    def gradient(x, y, factor=1.0):
        slope = (1.0 - f(x, y) ** 2) * np.float32(factor)
        return slope * np.float32(y), slope * np.float32(x)

    assert gradcheck(f, (0.3, 2.1), gradient=gradient) == 2
    with pytest.raises(GradcheckError):
        gradcheck(f, (0.3, 2.1), gradient=lambda x, y: gradient(x, y, 1.01))


def test_jacobians_by_output_and_by_argument():
    def f(x, y):
        return np.array([x[0] * y, x[1] * x[1], x[0] + y])

    x = np.array([2.0, 3.0])

    def by_argument(x, y):
        return (
            np.array([[y, 0.0], [0.0, 2.0 * x[1]], [1.0, 0.0]]),
            np.array([x[0], 0.0, 1.0]),
        )

    def by_output(x, y):
        a, b = by_argument(x, y)
        return [(a[k], b[k]) for k in range(3)]

    assert gradcheck(f, (x, 0.5), gradient=by_argument) == 9
    assert gradcheck(f, (x, 0.5), gradient=by_output) == 9
    with pytest.raises(ValueError, match="structure"):
        gradcheck(f, (x, 0.5), gradient=lambda x, y: by_argument(x, y)[0])


def test_a_gradient_that_loses_digits_is_not_accused_and_a_wrong_one_is():
    """1 - t*t cancels; that is what it rounds away, seen in its scatter."""
    for x in (3.0, 8.0, 15.0):
        assert gradcheck(math.tanh, x, gradient=lambda x: 1.0 - math.tanh(x) ** 2) == 1
    with pytest.raises(GradcheckError):
        gradcheck(math.tanh, 3.0, gradient=lambda x: (1.0 - math.tanh(x) ** 2) * (1.0 + 1e-6))


def numbers_of(torch):
    return torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "bfloat16"])
@pytest.mark.parametrize("requires_grad", [False, True])
def test_pytorch(dtype, requires_grad):
    torch = pytest.importorskip("torch")
    x = numbers_of(torch).to(getattr(torch, dtype)).requires_grad_(requires_grad)

    def f(x):
        return {"loss": torch.tanh(x).sum()}

    def gradient(x, factor=1.0):
        x = x.detach().clone().requires_grad_()
        f(x)["loss"].backward()
        return x.grad * factor

    assert gradcheck(f, x, gradient=gradient) == 3
    with pytest.raises(GradcheckError):
        gradcheck(f, x, gradient=lambda x: gradient(x, 1.0 + 32.0 * torch.finfo(x.dtype).eps + 1e-7) * 1.5)


def test_pytorch_functions():
    torch = pytest.importorskip("torch")
    p = {"w": torch.randn(2, 3, dtype=torch.float64), "x": torch.randn(3, dtype=torch.float64)}

    def f(p):
        return (p["w"] @ p["x"]).tanh().sum()

    assert gradcheck(f, p, gradient=torch.func.grad(f)) == 9
    assert gradcheck(torch.sin, numbers_of(torch), gradient=torch.func.jacrev(torch.sin)) == 9
    layer = torch.nn.Linear(3, 2)
    g = torch.func.grad(lambda x: layer(x).sum())
    assert gradcheck(lambda x: layer(x).sum(), numbers_of(torch).float(), gradient=g) == 3
    with pytest.raises(TypeError) as caught:
        gradcheck(torch.sin, numbers_of(torch))
    assert "gradient=" in caught.value.__notes__[0]


@pytest.mark.parametrize("compiled", [False, True])
def test_jax(compiled):
    jax = pytest.importorskip("jax")
    jnp = jax.numpy

    def f(p):
        return {"loss": jnp.tanh(p["w"] @ p["x"]).sum()}

    def loss(p):
        return f(p)["loss"]

    jit = jax.jit if compiled else lambda f: f
    p = {"w": jnp.arange(6.0).reshape(2, 3) / 7.0, "x": jnp.array([0.1, 0.2, 0.3])}
    g = jit(jax.grad(loss))
    assert gradcheck(jit(f), p, gradient=g) == 9  # single precision, which is JAX's way
    with pytest.raises(GradcheckError):
        gradcheck(jit(f), p, gradient=lambda p: jax.tree.map(lambda x: 1.01 * x, g(p)))
    assert gradcheck(jit(jnp.tanh), 0.5, gradient=jit(jax.grad(jnp.tanh))) == 1
    product = lambda a, b: jnp.tanh(a * b)  # noqa: E731
    assert gradcheck(product, (0.5, 2.0), gradient=jax.grad(product, argnums=(0, 1))) == 2
    pair = lambda a, b: jnp.stack([a * b, jnp.sin(a), b]).ravel()  # noqa: E731
    assert gradcheck(pair, (0.5, 2.0), gradient=jax.jacrev(pair, argnums=(0, 1))) == 6


def test_jax_in_double_precision():
    jax = pytest.importorskip("jax")
    with jax.experimental.enable_x64() if hasattr(jax.experimental, "enable_x64") else jax.enable_x64(True):
        x = jax.numpy.array([0.5, 1.0, 2.0])
        g = jax.jacfwd(jax.numpy.sin)
        assert gradcheck(jax.numpy.sin, x, gradient=g) == 9
        with pytest.raises(GradcheckError):
            gradcheck(jax.numpy.sin, x, gradient=lambda x: g(x) * (1.0 + 1e-7))
