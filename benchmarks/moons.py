"""The moons step, loss and gradient of 337 parameters over 100 samples, in other libraries (None without)."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

SHAPE = (2, 16, 16, 1)


def moons_data() -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(0)
    count = sum([(i + 1) * o for i, o in pairwise(SHAPE)])
    return rng.normal(size=count) * 0.3, rng.normal(size=(100, 2)), np.sign(rng.normal(size=100))


def layered(p: Any, xs: Any) -> Any:
    """The parameters as arrays, for peers that know matrices."""
    layers, start = [], 0
    for inputs, outputs in pairwise(SHAPE):
        block = p[start : start + (inputs + 1) * outputs].reshape(outputs, inputs + 1)
        layers.append((block[:, :inputs], block[:, inputs]))
        start += (inputs + 1) * outputs
    return layers, xs


def jax_moons(p: Any, xs: Any, ys: Any) -> Callable[[], object] | None:
    if find_spec("jax") is None:
        return None
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def loss(q: Any) -> Any:
        layers, x = layered(q, jnp.asarray(xs))
        for k, (w, b) in enumerate(layers):
            x = x @ w.T + b
            x = jnp.maximum(x, 0.0) if k < len(layers) - 1 else x
        return jnp.maximum(1.0 - ys * x[:, 0], 0.0).mean() + 1e-4 * (q * q).sum()

    step = jax.jit(jax.value_and_grad(loss))
    q = jnp.asarray(p)
    return lambda: jax.block_until_ready(step(q))


def torch_moons(p: Any, xs: Any, ys: Any) -> Callable[[], object] | None:
    if find_spec("torch") is None:
        return None
    import torch

    torch.set_num_threads(1)
    q = torch.tensor(p, requires_grad=True)
    x0, y = torch.tensor(xs), torch.tensor(ys)

    def step() -> Any:
        layers, x = layered(q, x0)
        for k, (w, b) in enumerate(layers):
            x = x @ w.T + b
            x = torch.relu(x) if k < len(layers) - 1 else x
        loss = torch.relu(1.0 - y * x[:, 0]).mean() + 1e-4 * (q * q).sum()
        return torch.autograd.grad(loss, q)

    return step


def heyoka_moons(p: Any, xs: Any, ys: Any) -> Callable[[], object] | None:
    """Value and gradient of one sample, compiled in compact mode and run over the batch."""
    if find_spec("heyoka") is None:
        return None
    import heyoka as hy

    q = [hy.expression(f"p{i}") for i in range(len(p))]
    x, y = [hy.expression("x0"), hy.expression("x1")], hy.expression("y")
    start, out = 0, x
    for layer, (inputs, outputs) in enumerate(pairwise(SHAPE)):
        neurons = []
        for _ in range(outputs):
            z = (
                hy.sum([a * b for a, b in zip(q[start : start + inputs], out, strict=True)])
                + q[start + inputs]
            )
            start += inputs + 1
            neurons.append(hy.relu(z) if layer < len(SHAPE) - 2 else z)
        out = neurons
    loss = hy.relu(1.0 - y * out[0])
    tensors = hy.diff_tensors([loss], diff_args=q, diff_order=1)
    wanted = [loss, *tensors.gradient]
    batched = hy.cfunc(wanted, vars=[*q, *x, y], compact_mode=True)
    given = np.ascontiguousarray(np.column_stack([np.tile(p, (100, 1)), xs, ys]).T)
    room = np.zeros((len(wanted), 100))

    def step() -> Any:
        batched(given, outputs=room)
        return room.sum(axis=1) / 100

    return step
