"""What the engine says to its compiler, with stand-ins for when nothing is compiled and nothing installed."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_extensions import i64, mypyc_attr
else:
    i64 = int

    def mypyc_attr(**_: bool) -> Any:
        """Leave the class as it is."""
        return lambda cls: cls


__all__ = ["i64", "mypyc_attr"]
