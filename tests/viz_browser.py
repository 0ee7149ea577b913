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


def missing(what: str, config: pytest.Config) -> None:
    """No browser: fail in CI, elsewhere skip, and say so where nobody can miss it."""
    message = f"{what}: the pages of the stepper are NOT tested in a browser"
    if os.environ.get("CI"):
        pytest.fail(message)
    frame = "!" * len(message)
    with config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"\n{frame}\n{message}\n{frame}", file=sys.stderr, flush=True)
    pytest.skip(message)


def launch(config: pytest.Config) -> Iterator[object]:
    """The browser, for a fixture."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        missing("no chromium is installed (apt-get install chromium)", config)
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright is not installed (pip install axe-playwright-python)", config)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        yield started
        started.close()
