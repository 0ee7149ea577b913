"""Calls without ceremony: a C function that takes Python's arguments apart itself and runs the machine code.

It is written in LLVM assembly against CPython's C API and compiled once in a process. Each program has a
table that says what its arguments and results are; where an argument is anything else than the table says
(an int, a Value, an array of another shape), the function gives None, and the slower way in Python decides.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd.compiler.adapter_source import SOURCE
from autograd.compiler.structure import LEAF, Structure, size

_FLOAT, _LIST, _TUPLE, _ARRAY = range(4)
_SINGLE: Final = 0
_FASTCALL: Final = 0x80
_API: Final = (
    "PyLong_AsVoidPtr PyFloat_FromDouble PyList_New PyTuple_New PyObject_Call PyObject_GetBuffer "
    "PyBuffer_Release PyErr_Clear Py_IncRef Py_DecRef"
)
_STATE: Final[dict[str, Any]] = {}


class _Method(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def supported() -> bool:
    """Whether this Python's objects are laid out as the adapter reads them."""
    if "supported" not in _STATE:
        import sysconfig

        _STATE["supported"] = (
            sys.implementation.name == "cpython"
            and not sysconfig.get_config_var("Py_GIL_DISABLED")
            and not sysconfig.get_config_var("Py_TRACE_REFS")
            and ctypes.sizeof(ctypes.c_void_p) == 8
            and _layouts_as_read()
        )
    answer: bool = _STATE["supported"]
    return answer


def _layouts_as_read() -> bool:
    number, items = 1234.5, [1.5, 2.5, 3.5]
    pair = (items, number)
    at = ctypes.c_int64.from_address
    return (
        ctypes.c_double.from_address(id(number) + 16).value == number
        and at(id(number) + 8).value == id(float)
        and at(id(items) + 16).value == 3
        and at(at(id(items) + 24).value + 8).value == id(items[1])
        and at(id(pair) + 16).value == 2
        and at(id(pair) + 32).value == id(number)
    )


def _function_address() -> int:
    """The compiled adapter, made at the first call."""
    numpy: Any = sys.modules.get("numpy")
    key = "address" if numpy is None else "address with numpy"
    if key not in _STATE:
        from autograd.compiler.machine import binding, compile_text

        llvm = binding()
        for name in _API.split():
            function = getattr(ctypes.pythonapi, name)
            llvm.add_symbol(name, ctypes.cast(function, ctypes.c_void_p).value)
        known: dict[str, Any] = {"FLOAT_TYPE": float, "LIST_TYPE": list, "TUPLE_TYPE": tuple, "NONE": None}
        text = SOURCE.replace("ARRAY_TYPE", str(id(numpy.ndarray) if numpy is not None else 0))
        for name, value in known.items():
            text = text.replace(name, str(id(value)))
        engine = _STATE[f"engine of {key}"] = compile_text(text, optimise=True)
        _STATE[key] = engine.get_function_address("adapter")
    address: int = _STATE[key]
    return address


class _Handle(int):
    """The address of a program's table; holds what the table points to as long as the function lives."""

    keep: Any


class Adapter:
    """What the C function needs for one program, kept alive as long as the function is."""

    def __init__(
        self, kernel: int, workspace: int, places: Sequence[int], arguments: Structure, results: Structure
    ) -> None:
        self.keep: list[Any] = []
        entries = [_entry(s) for s in arguments[1]]
        items, container = _items(results)
        table = self.words([word for entry in entries for word in self.row(entry, False)])
        made = self.words([word for entry in items for word in self.row(entry, True)])
        spec = [kernel, workspace, 0, len(entries), table, made, len(items), container, self.words(places)]
        self.method = _Method(b"run", _function_address(), _FASTCALL, None)
        self.address = self.words(spec)

    def words(self, numbers: Sequence[int]) -> int:
        """The address of an array of 64-bit words."""
        array = (ctypes.c_int64 * max(len(numbers), 1))(*numbers)
        self.keep.append(array)
        return ctypes.addressof(array)

    def row(self, entry: tuple[int, int, tuple[int, ...]], made: bool) -> list[int]:
        """One entry of a table."""
        kind, count, shape = entry
        if kind != _ARRAY:
            return [kind, count, 0, 0]
        if not made:
            return [kind, count, len(shape), self.words(shape)]
        import numpy as np

        arguments = (shape,)
        self.keep += [np.empty, arguments]
        return [kind, count, id(np.empty), id(arguments)]

    def function(self, owner: Any) -> Callable[..., Any]:
        """The C function as a Python callable: results, or None where the arguments are not as expected.

        It keeps alive this table and the owner, whose machine code it runs.
        """
        new = ctypes.pythonapi.PyCFunction_NewEx
        new.restype = ctypes.py_object
        new.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.c_void_p)
        handle = _Handle(self.address)
        handle.keep = self, owner
        made: Callable[..., Any] = new(ctypes.addressof(self.method), handle, None)
        return made


def direct(arguments: Structure) -> bool:
    """Whether arguments of this structure can be read by the C function."""
    return arguments[0] == "tuple" and all([_entry(s) is not None for s in arguments[1]])


def _entry(structure: Structure) -> Any:
    kind = structure[0]
    if kind == "leaf":
        return _FLOAT, 1, ()
    if kind == "array":
        return _ARRAY, size(structure), structure[1]
    if kind in ("list", "tuple") and all([s == LEAF for s in structure[1]]):
        return (_LIST if kind == "list" else _TUPLE), len(structure[1]), ()
    return None


def _items(results: Structure) -> tuple[list[Any], int]:
    single = _entry(results)
    if single is not None:
        return [single], _SINGLE
    return [_entry(s) for s in results[1]], _LIST if results[0] == "list" else _TUPLE


def plain(results: Structure) -> bool:
    """Whether results of this structure can be made by the C function."""
    if _entry(results) is not None:
        return True
    return results[0] in ("list", "tuple") and all([_entry(s) is not None for s in results[1]])
