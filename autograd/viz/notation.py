"""Equations as tokens, written as text, LaTeX or MathML."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal

from autograd.viz.style import visible

Kind = Literal["number", "name", "slope", "sign", "words"]
ONE_LINE: Final = 100
MIDDLE: Final = 5  # factors shown before and after the dots of a long product


@dataclass(frozen=True, slots=True)
class Token:
    """A number, a name, a derivative (of `text` by `by`), a sign between them, or words."""

    kind: Kind
    text: str
    by: str = ""


Side = list[Token]


def number(x: float) -> Token:
    """A number with nine significant digits, in brackets where it is negative."""
    return Token("number", f"{x + 0.0:.9g}")


def name(text: str) -> Token:
    """The name of a value."""
    return Token("name", visible(text, None))


def slope(of: str, by: str) -> Token:
    """The derivative of one value by another."""
    return Token("slope", visible(of, None), visible(by, None))


def words(text: str) -> Token:
    """Words beside mathematics."""
    return Token("words", text)


def joined(tokens: list[Token], sign: str) -> Side:
    """The tokens with a sign between them; the middle of many is left out."""
    if len(tokens) > 2 * MIDDLE + 2:
        left_out = words(f"… {len(tokens) - 2 * MIDDLE} more …")
        tokens = [*tokens[:MIDDLE], left_out, *tokens[-MIDDLE:]]
    side: Side = []
    for i, token in enumerate(tokens):
        if i:
            side.append(Token("sign", sign))
        side.append(token)
    return side


@dataclass(slots=True)
class Block:
    """A heading, a sentence, and equations below it; each equation is a list of sides with = between them."""

    heading: str = ""
    sentence: str = ""
    equations: list[list[Side]] = field(default_factory=list)


# --- text ---------------------------------------------------------------------------------------------------


def as_text(blocks: list[Block]) -> str:
    """Plain text: the sides of a longer equation stand under each other."""
    lines: list[str] = []
    for block in blocks:
        if block.heading:
            lines += ["", block.heading] if lines else [block.heading]
        if block.sentence:
            lines.append(block.sentence)
        for sides in block.equations:
            shown = [_text_side(side) for side in sides]
            whole = " = ".join(shown)
            if len(whole) <= ONE_LINE:
                lines.append(f"  {whole}")
            else:
                indent = " " * len(shown[0])
                lines.append(f"  {shown[0]} = {shown[1]}")
                lines += [f"  {indent} = {side}" for side in shown[2:]]
    return "\n".join(lines)


def _text_side(side: Side) -> str:
    spaced = " ".join(_text(token, len(side) == 1) for token in side)
    return spaced.replace(" ( ", "(").replace(" )", ")").replace(" , ", ", ")


def _text(token: Token, alone: bool) -> str:
    if token.kind == "slope":
        return f"∂{token.text}/∂{token.by}"
    if token.kind == "number" and token.text.startswith("-") and not alone:
        return f"({token.text})"
    return token.text


# --- LaTeX --------------------------------------------------------------------------------------------------

_SPECIAL: Final = {
    "\\": r"\backslash ",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\hat{}",
    "~": r"\sim ",
    "|": r"\vert ",
    "<": r"\lt ",
    ">": r"\gt ",
    "`": r"\grave{}",
    "*": r"\ast ",
}
_SIGNS: Final = {
    "×": r"\times",
    "+": "+",
    "-": "-",
    "*": r"\cdot",
    "/": "/",
    "**": r"\mathbin{**}",
    ",": ",",
    "(": "(",
    ")": ")",
}


def as_markdown(blocks: list[Block]) -> str:
    """Markdown with LaTeX between dollars, as GitHub and Jupyter read it."""
    parts: list[str] = []
    for block in blocks:
        if block.heading:
            parts.append(f"### {_plain(block.heading)}")
        if block.sentence:
            parts.append(_plain(block.sentence))
        lines: list[str] = []
        for sides in block.equations:
            first, *rest = (" ".join(_latex(t, len(side) == 1) for t in side) for side in sides)
            if len(" = ".join(_text_side(side) for side in sides)) <= ONE_LINE:
                rest = [" = ".join(rest)]
            lines += [f"{first if i == 0 else ''} &= {side}" for i, side in enumerate(rest)]
        if lines:
            aligned = " \\\\[4pt]\n".join(lines)
            parts.append(f"$$\n\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}\n$$")
    return "\n\n".join(parts) + "\n"


def _plain(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|$])", r"\\\1", text)


def _latex(token: Token, alone: bool) -> str:
    if token.kind == "slope":
        return rf"\frac{{\partial {_upright(token.text)}}}{{\partial {_upright(token.by)}}}"
    if token.kind == "number":
        shown = _latex_number(token.text)
        return f"({shown})" if shown.startswith("-") and not alone else shown
    if token.kind == "name":
        return _upright(token.text)
    if token.kind == "words":
        return rf"\text{{{token.text}}}"
    return _SIGNS.get(token.text, _upright(token.text))


def _latex_number(text: str) -> str:
    if text in ("inf", "-inf"):
        return text.replace("inf", r"\infty")
    if text == "nan":
        return r"\mathrm{NaN}"
    digits, _, exponent = text.partition("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}" if exponent else digits


def _upright(text: str) -> str:
    return rf"\mathrm{{{''.join(_SPECIAL.get(c, c) for c in text)}}}"


# --- HTML ---------------------------------------------------------------------------------------------------


def as_html(blocks: list[Block]) -> str:
    """A piece of HTML with MathML, which browsers show without any script."""
    parts = ['<section class="explanation" style="overflow-x:auto">']
    for block in blocks:
        if block.heading:
            parts.append(f"<h3>{escape(block.heading)}</h3>")
        if block.sentence:
            parts.append(f"<p>{escape(block.sentence)}</p>")
        for sides in block.equations:
            first, *rest = ("".join(_mathml(t, len(side) == 1) for t in side) for side in sides)
            if len(" = ".join(_text_side(side) for side in sides)) <= ONE_LINE:
                rest = ["<mo>=</mo>".join(rest)]
            rows = "".join(
                f"<mtr><mtd>{first if i == 0 else ''}</mtd><mtd><mo>=</mo></mtd>"
                f'<mtd style="text-align:left">{side}</mtd></mtr>'
                for i, side in enumerate(rest)
            )
            table = f'<mtable displaystyle="true">{rows}</mtable>'
            parts.append(f'<p style="margin:0.8em 0"><math displaystyle="true">{table}</math></p>')
    return "\n".join([*parts, "</section>"])


def _mathml(token: Token, alone: bool) -> str:
    if token.kind == "slope":
        of, by = escape(token.text), escape(token.by)
        return f"<mfrac><mrow><mo>∂</mo><mi>{of}</mi></mrow><mrow><mo>∂</mo><mi>{by}</mi></mrow></mfrac>"
    shown = escape(token.text)
    if token.kind == "number":
        negative = token.text.startswith("-")
        whole = f"<mo>−</mo><mn>{shown[1:]}</mn>" if negative else f"<mn>{shown}</mn>"
        return f"<mrow><mo>(</mo><mrow>{whole}</mrow><mo>)</mo></mrow>" if negative and not alone else whole
    if token.kind == "name":
        return f"<mi>{shown}</mi>"
    return f"<mtext>&#160;{shown}&#160;</mtext>" if token.kind == "words" else f"<mo>{shown}</mo>"


def percent(part: float, whole: float) -> str:
    """A share in percent, or a dash where there is none."""
    if whole == 0.0 or not math.isfinite(part / whole):
        return "–"
    return f"{100.0 * part / whole:.3g} %"
