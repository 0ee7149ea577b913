"""Every one-argument operation and its derivative in mpmath, in forms that keep their digits everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf

Function = Callable[[Any], Any]

SELU_SCALE = mpf("1.0507009873554804934193349852946")
SELU_SCALE_ALPHA = SELU_SCALE * mpf("1.6732632423543772848170429916717")
EPS = mpf(1e-3)  # of smooth_abs


def _logistic(x: Any) -> Any:
    return 1 / (1 + mp.exp(-x))


def _erfc(x: Any) -> Any:
    if abs(x) > 200:
        return mpf(0) if x > 0 else mpf(2)
    return mp.erfc(x)


def _gaussian(x: Any) -> Any:
    return mp.exp(-x * x) if abs(x) < 200 else mpf(0)


def _phi(x: Any) -> Any:
    return _gaussian(x / mp.sqrt(2)) / mp.sqrt(2 * mp.pi)


def _cdf(x: Any) -> Any:
    return _erfc(-x / mp.sqrt(2)) / 2


def _erfcx(x: Any) -> Any:
    if x > 1e4:
        h = 1 / (2 * x * x)
        return (1 - h * (1 - 3 * h * (1 - 5 * h * (1 - 7 * h * (1 - 9 * h))))) / (x * mp.sqrt(mp.pi))
    return mp.exp(x * x) * mp.erfc(x) if x > -200 else mp.inf


def _erfcx_slope(x: Any) -> Any:
    if x > 1e4:
        h = 1 / (2 * x * x)
        tail = 1 - 3 * h * (1 - 5 * h * (1 - 7 * h * (1 - 9 * h * (1 - 11 * h))))
        return -tail / (x * x * mp.sqrt(mp.pi))
    if x < -200:
        return mp.ninf
    return 2 * x * _erfcx(x) - 2 / mp.sqrt(mp.pi)


def _log_cdf(x: Any) -> Any:
    if x > -10:
        return mp.log1p(-_cdf(-x)) if x > 0 else mp.log(_cdf(x))
    return -x * x / 2 + mp.log(_erfcx(-x / mp.sqrt(2)) / 2)


def _log_cdf_slope(x: Any) -> Any:
    return _phi(x) / _cdf(x) if x > -10 else mp.sqrt(2 / mp.pi) / _erfcx(-x / mp.sqrt(2))


def _ppf(p: Any) -> Any:
    """The quantile, by Newton's method on the logarithm of the distribution function."""
    if p > mpf(1) / 2:
        return -_ppf(1 - p)
    goal = mp.log(p)
    x = mpf(0) if p > 0.4 else -mp.sqrt(-2 * mp.log(p)) * mpf("0.98")
    for _ in range(60):
        step = (_log_cdf(x) - goal) / _log_cdf_slope(x)
        x -= step
        if abs(step) < mpf(10) ** -45 * abs(x) or abs(step) < mpf(10) ** -70:
            break
    return x


def _erfinv(x: Any) -> Any:
    if abs(x) < 0.5:
        y = mp.sqrt(mp.pi) / 2 * x
        for _ in range(12):
            y -= (mp.erf(y) - x) / _gaussian(y) * mp.sqrt(mp.pi) / 2
        return y
    return -mp.sign(x) * _ppf((1 - abs(x)) / 2) / mp.sqrt(2)


def _erfinv_slope(x: Any) -> Any:
    return mp.sqrt(mp.pi) / 2 / _gaussian(_erfinv(x))


def _silu_slope(x: Any) -> Any:
    return _logistic(x) * (1 + x * _logistic(-x))


def _silu_bend(x: Any) -> Any:
    return _logistic(x) * _logistic(-x) * (2 - x * mp.tanh(x / 2))


def _mish_slope(x: Any) -> Any:
    w = mp.log1p(mp.exp(x))
    return mp.tanh(w) + x * mp.sech(w) ** 2 * _logistic(x)


def _mish_bend(x: Any) -> Any:
    w, s = mp.log1p(mp.exp(x)), _logistic(x)
    t, u = mp.tanh(w), mp.sech(w) ** 2
    return u * s * (2 + x * (_logistic(-x) - 2 * t * s))


def _gelu_tanh_argument(x: Any) -> tuple[Any, Any, Any]:
    """Twice the argument of the tanh, and its first two derivatives."""
    a, c = 2 * mp.sqrt(2 / mp.pi), mpf("0.044715")
    return a * (x + c * x**3), a * (1 + 3 * c * x * x), a * 6 * c * x


def _gelu_tanh(x: Any) -> Any:
    return x * _logistic(_gelu_tanh_argument(x)[0])


def _gelu_tanh_slope(x: Any) -> Any:
    v, v1, _ = _gelu_tanh_argument(x)
    return _logistic(v) * (1 + x * _logistic(-v) * v1)


def _gelu_tanh_bend(x: Any) -> Any:
    v, v1, v2 = _gelu_tanh_argument(x)
    return _logistic(v) * _logistic(-v) * (2 * v1 + x * (v2 - mp.tanh(v / 2) * v1**2))


def _sinc_slope(x: Any) -> Any:
    if abs(x) < 1e-10:
        return -(mp.pi**2) * x / 3
    return (mp.cospi(x) - mp.sincpi(x)) / x


def _psi(x: Any) -> Any:
    if x < 0:
        return _psi(1 - x) - mp.pi * mp.cospi(x) / mp.sinpi(x)
    if x > 1e20:
        return mp.log(x) - 1 / (2 * x) - 1 / (12 * x * x)
    return mp.psi(0, x)


def _trigamma(x: Any) -> Any:
    if x < 0:
        return (mp.pi / mp.sinpi(x)) ** 2 - _trigamma(1 - x)
    if x > 1e20:
        return 1 / x + 1 / (2 * x * x) + 1 / (6 * x**3)
    return mp.psi(1, x) if x > 1e-30 else 1 / (x * x)


def _gamma(x: Any) -> Any:
    if x > 1e6:
        return mp.inf
    return mp.gamma(x) if x > -1e6 else mpf(0) if x != mp.floor(x) else mp.nan


def _lgamma(x: Any) -> Any:
    if x > 1e20:
        return (x - mpf(1) / 2) * mp.log(x) - x + mp.log(2 * mp.pi) / 2
    if x > 0:
        return mp.loggamma(x)
    return mp.log(mp.pi / abs(mp.sinpi(x))) - _lgamma(1 - x)


def _step(x: Any) -> Any:
    return mpf(1 if x > 0 else 0)


def _zero(x: Any) -> Any:
    return mpf(0)


# Name: the function and its derivative, away from kinks.
REFERENCES: dict[str, tuple[Function, Function]] = {
    "sign": (mp.sign, _zero),
    "abs": (abs, mp.sign),
    "relu": (lambda x: max(x, mpf(0)), _step),
    "hard_tanh": (lambda x: min(max(x, mpf(-1)), mpf(1)), lambda x: mpf(1 if abs(x) < 1 else 0)),
    "identity": (lambda x: x, lambda x: mpf(1)),
    "stop_gradient": (lambda x: x, _zero),
    "neg": (lambda x: -x, lambda x: mpf(-1)),
    "square": (lambda x: x * x, lambda x: 2 * x),
    "reciprocal": (lambda x: 1 / x, lambda x: -1 / (x * x)),
    "floor": (mp.floor, _zero),
    "ceil": (mp.ceil, _zero),
    "trunc": (lambda x: mp.floor(x) if x > 0 else mp.ceil(x), _zero),
    "round": (mp.nint, _zero),
    "fraction": (lambda x: x - (mp.floor(x) if x > 0 else mp.ceil(x)), lambda x: mpf(1)),
    "exp": (mp.exp, mp.exp),
    "exp2": (lambda x: mp.exp(x * mp.ln2), lambda x: mp.exp(x * mp.ln2) * mp.ln2),
    "expm1": (mp.expm1, mp.exp),
    "log": (mp.log, lambda x: 1 / x),
    "log2": (lambda x: mp.log(x) / mp.ln2, lambda x: 1 / (x * mp.ln2)),
    "log10": (mp.log10, lambda x: 1 / (x * mp.ln10)),
    "log1p": (mp.log1p, lambda x: 1 / (1 + x)),
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)),
    "sin": (mp.sin, mp.cos),
    "cos": (mp.cos, lambda x: -mp.sin(x)),
    "tan": (mp.tan, lambda x: mp.sec(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt((1 - x) * (1 + x))),
    "acos": (mp.acos, lambda x: -1 / mp.sqrt((1 - x) * (1 + x))),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "sinpi": (mp.sinpi, lambda x: mp.pi * mp.cospi(x)),
    "cospi": (mp.cospi, lambda x: -mp.pi * mp.sinpi(x)),
    "sinc": (mp.sincpi, _sinc_slope),
    "degrees": (lambda x: 180 * x / mp.pi, lambda x: 180 / mp.pi),
    "radians": (lambda x: mp.pi * x / 180, lambda x: mp.pi / 180),
    "sinh": (mp.sinh, mp.cosh),
    "cosh": (mp.cosh, mp.sinh),
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2),
    "sech2": (lambda x: mp.sech(x) ** 2, lambda x: -2 * mp.tanh(x) * mp.sech(x) ** 2),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)),
    "acosh": (mp.acosh, lambda x: 1 / mp.sqrt((x - 1) * (x + 1))),
    "atanh": (mp.atanh, lambda x: 1 / ((1 - x) * (1 + x))),
    "sigmoid": (_logistic, lambda x: _logistic(x) * _logistic(-x)),
    "log_sigmoid": (lambda x: -mp.log1p(mp.exp(-x)), lambda x: _logistic(-x)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), _logistic),
    "logit": (lambda p: mp.log(p) - mp.log1p(-p), lambda p: 1 / (p * (1 - p))),
    "leaky_relu": (lambda x: x if x > 0 else mpf(0.01) * x, lambda x: mpf(1 if x > 0 else 0.01)),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), lambda x: mpf(1) if x > 0 else mp.exp(x)),
    "selu": (
        lambda x: SELU_SCALE * x if x > 0 else SELU_SCALE_ALPHA * mp.expm1(x),
        lambda x: SELU_SCALE if x > 0 else SELU_SCALE_ALPHA * mp.exp(x),
    ),
    "selu_slope": (
        lambda x: SELU_SCALE if x > 0 else SELU_SCALE_ALPHA * mp.exp(x),
        lambda x: mpf(0) if x > 0 else SELU_SCALE_ALPHA * mp.exp(x),
    ),
    "silu": (lambda x: x * _logistic(x), _silu_slope),
    "silu_slope": (_silu_slope, _silu_bend),
    "mish": (lambda x: x * mp.tanh(mp.log1p(mp.exp(x))), _mish_slope),
    "mish_slope": (_mish_slope, _mish_bend),
    "gelu": (lambda x: x * _cdf(x), lambda x: _cdf(x) + x * _phi(x)),
    "gelu_slope": (lambda x: _cdf(x) + x * _phi(x), lambda x: _phi(x) * (2 - x * x)),
    "gelu_tanh": (_gelu_tanh, _gelu_tanh_slope),
    "gelu_tanh_slope": (_gelu_tanh_slope, _gelu_tanh_bend),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x)) ** 2),
    "softsign_slope": (lambda x: 1 / (1 + abs(x)) ** 2, lambda x: -2 * mp.sign(x) / (1 + abs(x)) ** 3),
    "smooth_abs": (
        lambda x: x * x / (mp.sqrt(x * x + EPS * EPS) + EPS),
        lambda x: x / mp.sqrt(x * x + EPS * EPS),
    ),
    "huber": (
        lambda x: x * x / 2 if abs(x) <= 1 else abs(x) - mpf(1) / 2,
        lambda x: min(max(x, mpf(-1)), mpf(1)),
    ),
    "gaussian": (_gaussian, lambda x: -2 * x * _gaussian(x)),
    "erf": (lambda x: mp.erf(x) if abs(x) < 200 else mp.sign(x), lambda x: _gaussian(x) * 2 / mp.sqrt(mp.pi)),
    "erfc": (_erfc, lambda x: -_gaussian(x) * 2 / mp.sqrt(mp.pi)),
    "erfcx": (_erfcx, _erfcx_slope),
    "erfinv": (_erfinv, _erfinv_slope),
    "erfinv_slope": (_erfinv_slope, lambda x: 2 * _erfinv(x) * _erfinv_slope(x) ** 2),
    "norm_pdf": (_phi, lambda x: -x * _phi(x)),
    "norm_cdf": (_cdf, _phi),
    "norm_logcdf": (_log_cdf, _log_cdf_slope),
    "norm_ppf": (_ppf, lambda p: 1 / _phi(_ppf(p))),
    "norm_ppf_slope": (lambda p: 1 / _phi(_ppf(p)), lambda p: _ppf(p) / _phi(_ppf(p)) ** 2),
    "log1mexp": (
        lambda x: mp.log(-mp.expm1(x)) if x > -1 else mp.log1p(-mp.exp(x)),
        lambda x: -1 / mp.expm1(-x),
    ),
    "log1mexp_slope": (lambda x: -1 / mp.expm1(-x), lambda x: -mp.exp(-x) / mp.expm1(-x) ** 2),
    "gamma": (_gamma, lambda x: _gamma(x) * _psi(x) if -1e6 < x < 1e6 else _gamma(x)),
    "lgamma": (_lgamma, _psi),
    "digamma": (_psi, _trigamma),
}
