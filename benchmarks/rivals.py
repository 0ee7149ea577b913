"""The functions of PyTorch and JAX under our names, each giving value and derivative."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Table = dict[str, Callable[[float], tuple[float, float]]]

TORCH_NAMES = {
    **{
        name: f"torch.{name}"
        for name in str.split(
            "abs relu square reciprocal exp exp2 expm1 log log2 log10 log1p sqrt sin cos tan asin acos atan "
            "sinh cosh tanh asinh acosh atanh sigmoid logit erf erfc erfinv lgamma digamma sinc"
        )
    },
    "log_sigmoid": "torch.nn.functional.logsigmoid",
    "softplus": "torch.nn.functional.softplus",
    "softsign": "torch.nn.functional.softsign",
    "silu": "torch.nn.functional.silu",
    "mish": "torch.nn.functional.mish",
    "gelu": "torch.nn.functional.gelu",
    "selu": "torch.nn.functional.selu",
    "elu": "torch.nn.functional.elu",
    "erfcx": "torch.special.erfcx",
    "norm_cdf": "torch.special.ndtr",
    "norm_logcdf": "torch.special.log_ndtr",
    "norm_ppf": "torch.special.ndtri",
}
JAX_NAMES = {
    **{
        name: f"numpy.{name}"
        for name in str.split(
            "abs square reciprocal exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan sinh cosh tanh "
            "sinc"
        )
    },
    **{name: f"numpy.arc{name[1:]}" for name in str.split("asin acos atan asinh acosh atanh")},
    **{name: f"nn.{name}" for name in str.split("relu sigmoid log_sigmoid softplus silu mish gelu selu elu")},
    "softsign": "nn.soft_sign",
    **{name: f"scipy.special.{name}" for name in str.split("erf erfc erfinv logit gamma digamma")},
    "lgamma": "scipy.special.gammaln",
    "norm_cdf": "scipy.special.ndtr",
    "norm_logcdf": "scipy.special.log_ndtr",
    "norm_ppf": "scipy.special.ndtri",
}


def _found(root: Any, path: str) -> Any:
    for part in path.split("."):
        root = getattr(root, part, None)
        if root is None:
            return None
    return root


def torch_table() -> Table:
    """PyTorch's, in double precision on the CPU."""
    try:
        import torch
    except ImportError:
        return {}

    def differentiated(function: Any) -> Callable[[float], tuple[float, float]]:
        def computed(x: float) -> tuple[float, float]:
            leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
            z = function(leaf)
            z.backward()
            return float(z), float(leaf.grad)

        return computed

    found = {name: _found(torch, path.removeprefix("torch.")) for name, path in TORCH_NAMES.items()}
    return {name: differentiated(function) for name, function in found.items() if function is not None}


def jax_table() -> Table:
    """JAX's, in double precision on the CPU."""
    try:
        import jax
        import jax.nn
        import jax.scipy.special
    except ImportError:
        return {}
    jax.config.update("jax_enable_x64", True)

    def differentiated(name: str, function: Any) -> Callable[[float], tuple[float, float]]:
        if name == "gelu":
            function = lambda x, exact=function: exact(x, approximate=False)  # noqa: E731
        both = jax.jit(jax.value_and_grad(function))

        def computed(x: float) -> tuple[float, float]:
            z, d = both(x)
            return float(z), float(d)

        return computed

    found = {name: _found(jax, path) for name, path in JAX_NAMES.items()}
    return {name: differentiated(name, function) for name, function in found.items() if function is not None}
