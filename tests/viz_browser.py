"""A real browser for the tests of pages: Debian's chromium, driven by Playwright."""

import os
import shutil
import sys
from collections.abc import Iterator

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def missing(what: str) -> None:
    """No browser: fail in CI, elsewhere skip, and say so where nobody can miss it."""
    message = f"{what}: the pages of the stepper are NOT tested in a browser"
    if os.environ.get("CI"):
        pytest.fail(message)
    print(f"\n{'!' * 80}\n{message}\n{'!' * 80}", file=sys.__stderr__)
    pytest.skip(message)


def launch() -> Iterator[object]:
    """The browser, for a fixture."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        missing("no chromium is installed (apt-get install chromium)")
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed (pip install axe-playwright-python)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield started
        started.close()
