"""What the demos share: figures of one look, saved into out/, and the --quick argument."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUT = Path("out")


def figure(rows: int = 1, columns: int = 1, size: tuple[float, float] = (6.0, 4.5)) -> tuple[Any, Any]:
    """A figure of so many axes; nothing is opened on a screen."""
    from matplotlib.figure import Figure

    drawn = Figure(figsize=size, layout="constrained")
    axes = drawn.subplots(rows, columns)
    for ax in axes.flat if rows * columns > 1 else [axes]:
        ax.spines[["top", "right"]].set_visible(False)
    return drawn, axes


def save(drawn: Any, name: str) -> Path:
    """Write the figure into out/ and say so."""
    OUT.mkdir(exist_ok=True)
    path = OUT / name
    drawn.savefig(path, dpi=150)
    print(f"   picture: {path}")
    return path


def show_image(ax: Any, pixels: Any, title: str = "") -> None:
    """An image in grey on axes without ticks."""
    ax.imshow(pixels, cmap="gray_r", interpolation="nearest")
    ax.set_axis_off()
    ax.set_title(title, fontsize=9)


def arguments(description: str | None) -> argparse.ArgumentParser:
    """A parser that knows --quick."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a shortened run")
    return parser


def main(run: Callable[..., Any], description: str | None) -> None:
    """Run a demo that has no arguments but --quick."""
    run(quick=arguments(description).parse_args().quick)
