"""Arithmetic on unevaluated sums of two floats, about 31 digits: what cancelling formulas are computed in.

A pair (high, low) stands for high + low with |low| at most half an ULP of high. The operations are
those of Dekker, "A floating-point technique for extending the available precision" (1971), in the variants to
which Joldes, Muller and Popescu, "Tight and rigorous error bounds for basic building blocks of double-word
arithmetic" (2017), give bounds of a few 2**-106. The caller keeps operands within about 1e±250.
"""

import math
from typing import Final, TypeAlias

from autograd.special.summation import two_product, two_sum

Pair: TypeAlias = tuple[float, float]


# ln 2 in three parts; the first two have so few bits that up to 2**12 times them is exact.
_LN2_HIGH: Final = 0.6931471805592082
_LN2_MIDDLE: Final = 7.371002565166132e-13
_LN2_LOW: Final = 1.667085920830552e-25


# Constants are functions: compiled by mypyc 2.4, a Final tuple of floats counts as never having been set.


def zero() -> Pair:
    """The number 0.

    >>> zero()[0] == 0.0
    True
    """
    return 0.0, 0.0


def one() -> Pair:
    """The number 1.

    >>> one()[0] == 1.0
    True
    """
    return 1.0, 0.0


def pi() -> Pair:
    """The number pi.

    >>> pi()[0] == math.pi
    True
    """
    return 3.141592653589793, 1.2246467991473532e-16


def log_pi() -> Pair:
    """The logarithm of pi.

    >>> log_pi()[0] == math.log(math.pi)
    True
    """
    return 1.1447298858494002, 1.0265951162707826e-17


def half_log_2pi() -> Pair:
    """Half the logarithm of 2 pi.

    >>> half_log_2pi()[0] == 0.9189385332046728
    True
    """
    return 0.9189385332046728, -3.8782941580672414e-17


def two_over_sqrt_pi() -> Pair:
    """The number 2 / sqrt(pi).

    >>> two_over_sqrt_pi()[0] == 2 / math.sqrt(math.pi)
    True
    """
    return 1.1283791670955126, 1.533545961316588e-17


def one_over_sqrt_2pi() -> Pair:
    """The number 1 / sqrt(2 pi).

    >>> one_over_sqrt_2pi()[0] == 0.3989422804014327
    True
    """
    return 0.3989422804014327, -2.49232720227773e-17


def add(a: Pair, b: Pair) -> Pair:
    """a + b.

    >>> add((1.0, 1e-20), (-1.0, 0.0))
    (1e-20, 0.0)
    """
    high, lost = two_sum(a[0], b[0])
    low, lost_below = two_sum(a[1], b[1])
    high, lost = _renormalised(high, lost + low)
    return _renormalised(high, lost + lost_below)


def _renormalised(high: float, low: float) -> Pair:
    total = high + low
    return total, low - (total - high)


def negative(a: Pair) -> Pair:
    """-a.

    >>> negative((1.0, 1e-20))
    (-1.0, -1e-20)
    """
    return -a[0], -a[1]


def subtract(a: Pair, b: Pair) -> Pair:
    """a - b.

    >>> subtract((1.0, 1e-20), (1.0, 0.0))
    (1e-20, 0.0)
    """
    return add(a, (-b[0], -b[1]))


def multiply(a: Pair, b: Pair) -> Pair:
    """a * b.

    >>> multiply((1.0, 1e-20), (4.0, 0.0))
    (4.0, 4e-20)
    """
    high, lost = two_product(a[0], b[0])
    return _renormalised(high, lost + (a[0] * b[1] + a[1] * b[0]))


def scale(a: Pair, factor: float) -> Pair:
    """a * factor.

    >>> scale((1.0, 1e-20), 2.0)
    (2.0, 2e-20)
    """
    high, lost = two_product(a[0], factor)
    return _renormalised(high, lost + a[1] * factor)


def divide(a: Pair, b: Pair) -> Pair:
    """a / b, for b other than zero.

    >>> divide((1.0, 0.0), (3.0, 0.0))
    (0.3333333333333333, 1.850371707708594e-17)
    """
    first = a[0] / b[0]
    rest = subtract(a, scale(b, first))
    second = rest[0] / b[0]
    rest = subtract(rest, scale(b, second))
    high, low = _renormalised(first, second)
    return _renormalised(high, low + rest[0] / b[0])


def power(a: Pair, exponent: int) -> Pair:
    """a to a whole exponent of at least 0, by repeated squaring.

    >>> power((3.0, 0.0), 4)
    (81.0, 0.0)
    """
    result = one()
    while exponent:
        if exponent & 1:
            result = multiply(result, a)
        exponent >>= 1
        if exponent:
            a = multiply(a, a)
    return result


def square(x: float) -> Pair:
    """x * x, exactly.

    >>> square(1e8 + 1.0)
    (1.00000002e+16, 1.0)
    """
    return two_product(x, x)


def exp(a: Pair) -> Pair:
    """e**a: reduction by multiples of ln 2 and by 64, Taylor, six squarings; 0 below -745, inf above 709.78.

    >>> exp((1.0, 0.0))
    (2.718281828459045, 1.4456468917292502e-16)
    """
    if not a[0] > -746.0:
        return zero()
    if a[0] > 709.79:
        return (math.inf, 0.0)
    whole = float(round(a[0] / _LN2_HIGH))
    rest = add((a[0] - whole * _LN2_HIGH, 0.0), (a[1], 0.0))
    rest = subtract(rest, two_sum(whole * _LN2_MIDDLE, whole * _LN2_LOW))
    rest = (rest[0] * 0.015625, rest[1] * 0.015625)
    # Powers below r**13/13! vanish: r is at most 0.0055.
    series = zero()
    for k in range(12, 0, -1):
        series = divide(multiply(rest, add(one(), series)), (float(k), 0.0))
    # (1 + s)**2 - 1 = 2s + s*s keeps the low digits that 1 + s would lose.
    for _ in range(6):
        series = add(scale(series, 2.0), multiply(series, series))
    result = add(one(), series)
    power_of_two = int(whole)
    return math.ldexp(result[0], power_of_two), math.ldexp(result[1], power_of_two)


def log(a: Pair) -> Pair:
    """Natural logarithm of a positive pair: the float's, corrected by one step of Newton's method.

    >>> log((2.0, 0.0))
    (0.6931471805599453, 2.3190468138462996e-17)
    """
    guess = math.log(a[0])
    error = subtract(multiply(a, exp((-guess, 0.0))), one())
    return add(add((guess, 0.0), error), (-0.5 * error[0] * error[0], 0.0))


def sinpi_cospi(x: float) -> tuple[Pair, Pair]:
    """sin(pi x) and cos(pi x) of a finite x, reduced exactly.

    >>> sinpi_cospi(0.0)
    ((0.0, 0.0), (1.0, 0.0))
    """
    x = math.fmod(x, 2.0)
    quarter_turns = round(2.0 * x)
    angle = scale(pi(), x - 0.5 * quarter_turns)
    squared = negative(multiply(angle, angle))
    sine = cosine = zero()
    for k in range(28, 0, -2):
        sine = divide(multiply(squared, add(one(), sine)), (float(k * (k + 1)), 0.0))
        cosine = divide(multiply(squared, add(one(), cosine)), (float(k * (k - 1)), 0.0))
    sine = multiply(angle, add(one(), sine))
    cosine = add(one(), cosine)
    turn = quarter_turns % 4
    if turn == 0:
        return sine, cosine
    if turn == 1:
        return cosine, negative(sine)
    if turn == 2:
        return negative(sine), negative(cosine)
    return negative(cosine), sine


def series_product(a: list[Pair], b: list[Pair]) -> list[Pair]:
    """The product of two truncated Taylor series of one length.

    >>> series_product([(1.0, 0.0), (1.0, 0.0)], [(1.0, 0.0), (2.0, 0.0)])
    [(1.0, 0.0), (3.0, 0.0)]
    """
    product = []
    for k in range(len(a)):
        total = zero()
        for j in range(k + 1):
            total = add(total, multiply(a[j], b[k - j]))
        product.append(total)
    return product


def series_quotient(a: list[Pair], b: list[Pair]) -> list[Pair]:
    """The quotient of two truncated Taylor series of one length, b[0] other than 0.

    >>> series_quotient([(1.0, 0.0), (3.0, 0.0)], [(1.0, 0.0), (1.0, 0.0)])
    [(1.0, 0.0), (2.0, 0.0)]
    """
    quotient: list[Pair] = []
    for k in range(len(a)):
        rest = a[k]
        for j in range(k):
            rest = subtract(rest, multiply(quotient[j], b[k - j]))
        quotient.append(divide(rest, b[0]))
    return quotient


def series_exp(a: list[Pair]) -> list[Pair]:
    """The exponential of a truncated Taylor series: k e(k) = sum of j a(j) e(k - j) (Knuth, TAOCP 2, 4.7).

    >>> series_exp([(0.0, 0.0), (1.0, 0.0), (0.0, 0.0)])
    [(1.0, 0.0), (1.0, 0.0), (0.5, 0.0)]
    """
    result = [exp(a[0])]
    for k in range(1, len(a)):
        total = zero()
        for j in range(1, k + 1):
            total = add(total, scale(multiply(a[j], result[k - j]), float(j)))
        result.append(divide(total, (float(k), 0.0)))
    return result


def times_factorial(a: Pair, n: int) -> Pair:
    """a * n!, the n-th derivative of which a is the Taylor coefficient.

    >>> times_factorial((2.0, 0.0), 5)
    (240.0, 0.0)
    """
    for k in range(2, n + 1):
        a = scale(a, float(k))
    return a
