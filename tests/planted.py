"""The package loaded once more from its sources, uncompiled, with one place of it changed: a planted bug.

So bugs can be planted in the real engine, and the public checks be run on it, whether it is compiled or not.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from importlib.util import spec_from_file_location
from pathlib import Path
from types import CodeType, ModuleType

import autograd as installed

ROOT = Path(installed.__file__).parent.parent


@cache
def compiled(path: str, old: str, new: str) -> CodeType:
    source = Path(path).read_text(encoding="utf-8")
    if old:
        assert source.count(old) == 1, (
            f"{path} has {source.count(old)} places like {old!r}: plant the bug anew"
        )
        source = source.replace(old, new)
    return compile(source, path, "exec", dont_inherit=True)


class Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, old: str, new: str) -> None:
        super().__init__(name, path)
        self.change = old, new

    def get_code(self, fullname: str) -> CodeType:
        return compiled(self.path, *self.change)


class Finder(MetaPathFinder):
    def __init__(self, target: str, old: str, new: str) -> None:
        self.target, self.change, self.met = target, (old, new), False

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name.split(".", maxsplit=1)[0] != "autograd":
            return None
        place = ROOT.joinpath(*name.split("."))
        package = place.is_dir()
        file = place / "__init__.py" if package else place.with_suffix(".py")
        change = ("", "")
        if name == self.target:
            change, self.met = self.change, True
        loader = Loader(name, str(file), *change)
        where = [str(place)] if package else None
        return spec_from_file_location(name, file, loader=loader, submodule_search_locations=where)


def names() -> list[str]:
    return [name for name in sys.modules if name.split(".")[0] == "autograd"]


@contextmanager
def planted(module: str = "", old: str = "", new: str = "") -> Iterator[ModuleType]:
    """Inside, `import autograd` gives the changed copy."""
    finder = Finder(module, old, new)
    kept = {name: sys.modules.pop(name) for name in names()}
    sys.meta_path.insert(0, finder)
    try:
        package = importlib.import_module("autograd")
        yield package
        assert finder.met or not module, f"{module} was never imported"
    finally:
        sys.meta_path.remove(finder)
        for name in names():
            del sys.modules[name]
        sys.modules.update(kept)
