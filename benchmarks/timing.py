"""Timing side by side: the medians and ratios that a noisy machine still tells truly."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time


def interleaved(*functions: Callable[[], object], rounds: int = 15) -> list[float]:
    """Median processor seconds of each function, called in turn, so that a drifting machine hits all alike.

    The garbage of one (micrograd's graphs are cycles) is not collected at the expense of the next.
    """
    for function in functions:
        function()
    seconds: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for function, taken in zip(functions, seconds, strict=True):
            gc.collect()
            start = process_time()
            function()
            taken.append(process_time() - start)
    return [statistics.median(taken) for taken in seconds]


def per_call(statement: Callable[[int], object], count: int, rounds: int = 7) -> float:
    """Median seconds of one of `count` repetitions that the statement makes by itself."""
    return interleaved(lambda: statement(count), rounds=rounds)[0] / count


def in_fresh_process(code: str) -> str:
    """What the code prints in an interpreter of its own: for peak memory, which never falls."""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(f"the measuring process failed:\n{run.stderr}")
    return run.stdout


def peak_bytes() -> int:
    """The most memory this process ever held (Linux; elsewhere as near as the system tells)."""
    status = Path("/proc/self/status")
    if status.exists():  # unlike getrusage, this forgets the process that started this one
        return next(int(line.split()[1]) for line in status.open() if line.startswith("VmHWM")) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    widths = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [header, tuple("-" * width for width in widths), *rows]
    return "\n".join(
        "| " + " | ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)) + " |" for line in lines
    )
