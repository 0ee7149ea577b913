"""How numbers, labels and colours look: one place for pictures and pages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

POSITIVE: Final = "#0072B2"  # blue and vermillion of Okabe and Ito: told apart by every kind of colour vision
NEGATIVE: Final = "#D55E00"
ALARM: Final = "#F0E442"
INK: Final = "#111111"
PAPER: Final = "#FFFFFF"
FAINT: Final = "#F1F1F1"
FONT: Final = "Helvetica,Arial,sans-serif"
NONE: Final = "–"
LONGEST: Final = 48
DECADES: Final = 6.0

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SUBSTITUTED: Final = re.compile(r"\\([NGETHL])")
_NAMED: Final = {"\n": "⏎", "\r": "⏎", "\t": " "}


def number(x: float | None) -> str:
    """Four significant digits, a dash for a number that was never computed.

    >>> number(0.123456), number(-2.0), number(None), number(float("inf"))
    ('0.1235', '-2', '–', 'inf')
    """
    return NONE if x is None else f"{x:.4g}"


def visible(label: str, longest: int | None = LONGEST) -> str:
    """The label on one line, without the characters no picture may hold, cut where it is too long.

    >>> visible("two" + chr(10) + "lines"), visible("a" * 60, 8)
    ('two⏎lines', 'aaaaaaa…')
    """
    clean = _CONTROL.sub(lambda match: _NAMED.get(match[0], "\ufffd"), label)
    return clean if longest is None or len(clean) <= longest else clean[: longest - 1] + "…"


def html(label: str, longest: int | None = LONGEST) -> str:
    """The label as text of a page."""
    return escape(visible(label, longest)) or " "


def rich(label: str, longest: int | None = LONGEST) -> str:
    """The label as text of an HTML-like Graphviz label, where a backslash and N still mean the node's name.

    >>> rich("a" + chr(92) + "N")
    'a\\\\<FONT COLOR="#111111">N</FONT>'
    """
    return _SUBSTITUTED.sub(rf'\\<FONT COLOR="{INK}">\1</FONT>', html(label, longest))


class Shade:
    """Fill colours for a set of numbers: hue is the sign, intensity the logarithm of the magnitude.

    The darkest fill still leaves dark text a contrast of 4.5 : 1, so every text is dark.

    >>> shade = Shade([1.0, -1e-3])
    >>> shade(1.0), shade(-1e-3), shade(0.0), shade(None), shade(float("nan"))
    ('#4D9CC9', '#FAECE0', '#FFFFFF', '#FFFFFF', '#F0E442')
    """

    lightest: Final = 0.12
    darkest: Final = 0.70

    def __init__(self, numbers: Iterable[float | None]) -> None:
        logs = [math.log10(abs(x)) for x in numbers if x is not None and math.isfinite(x) and x != 0.0]
        self.high = max(logs, default=0.0)
        self.low = min(max(min(logs, default=0.0), self.high - DECADES), self.high - DECADES / 2.0)

    def __call__(self, x: float | None) -> str:
        """The fill of a node that shows that number."""
        if x is None or x == 0.0:
            return PAPER
        if not math.isfinite(x):
            return ALARM
        span = self.high - self.low
        t = 1.0 if span == 0.0 else (math.log10(abs(x)) - self.low) / span
        weight = self.lightest + (self.darkest - self.lightest) * min(max(t, 0.0), 1.0)
        return blend(POSITIVE if x > 0.0 else NEGATIVE, weight)


def blend(colour: str, weight: float, base: str = PAPER) -> str:
    """So much of the colour over the base."""
    mixed = [round(weight * c + (1.0 - weight) * b) for c, b in zip(_rgb(colour), _rgb(base), strict=True)]
    return "#" + "".join(f"{c:02X}" for c in mixed)


def contrast(text: str, ground: str) -> float:
    """The contrast ratio of WCAG 2 between two colours, 1 to 21.

    >>> round(contrast("#000000", "#FFFFFF"))
    21
    """
    first, second = sorted((_luminance(text), _luminance(ground)))
    return (second + 0.05) / (first + 0.05)


def _rgb(colour: str) -> Sequence[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    linear = [c / 255.0 / 12.92 if c <= 10 else ((c / 255.0 + 0.055) / 1.055) ** 2.4 for c in _rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
