"""Programs as JSON: written so that every bit survives, read with every number checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final, NoReturn

from autograd.compiler.program import (
    LANE_NAMES,
    ONEHOT,
    PICK,
    REDUCTIONS,
    STACK,
    Instruction,
    Program,
)
from autograd.compiler.structure import LEAF, NONE, Structure, size
from autograd.errors import AutogradError
from autograd.primitive_type import PRIMITIVES

VERSION: Final = 1
_DEEPEST: Final = 200  # nested structures; Python's own limit must not be met
_LARGEST: Final = 1 << 24  # inputs, lanes: what no program that Python traced comes near


class ProgramError(AutogradError, ValueError):
    """A saved program is damaged, or needs a primitive that is not declared here."""


def to_json(program: Program) -> str:
    """The program as JSON text."""
    return json.dumps(
        {
            "format": "scalar-autograd program",
            "version": VERSION,
            "name": program.name,
            "inputs": program.inputs,
            "constants": [float(x).hex() for x in program.constants],
            "instructions": [_instruction_out(x) for x in program.instructions],
            "outputs": list(program.outputs),
            "arguments": _structure_out(program.arguments, "arguments"),
            "results": _structure_out(program.results, "results"),
        },
        separators=(",", ":"),
    )


def _instruction_out(instruction: Instruction) -> list[Any]:
    name, operands, lanes, lane = instruction
    numbers: Any = list(operands)
    if isinstance(operands, range):
        numbers = {"start": operands.start, "stop": operands.stop, "step": operands.step}
    return [name, numbers, lanes, lane] if lanes or lane else [name, numbers]


def _structure_out(structure: Structure, where: str) -> list[Any]:
    """The structure as lists; a named tuple is saved as a tuple, since its class is code."""
    kind = structure[0]
    if kind == "dict":
        keys = [_key_out(key, where) for key in structure[1]]
        return [kind, keys, [_structure_out(s, where) for s in structure[2]]]
    if kind in ("list", "tuple", "named"):
        return ["list" if kind == "list" else "tuple", [_structure_out(s, where) for s in structure[-1]]]
    return [kind, *[list(part) for part in structure[1:]]]


def _key_out(key: Any, where: str) -> Any:
    if isinstance(key, tuple):
        return {"tuple": [_key_out(part, where) for part in key]}
    if type(key) in _KEYS:
        return key
    raise ProgramError(
        f"the program can't be saved: a dict in its {where} has the key {key!r} of {type(key)}: "
        "use strings, numbers or tuples of them"
    )


def from_json(text: str) -> Program:
    """The program; ProgramError says what is wrong and where."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ProgramError(f"this is no JSON text: {problem}") from None
    if not isinstance(data, dict) or data.get("format") != "scalar-autograd program":
        _fail("the text", "is no saved program")
    if data.get("version") != VERSION:
        _fail("version", f"is {data.get('version')!r}: this release reads {VERSION}")
    name = data.get("name")
    if not isinstance(name, str) or not name.isprintable():
        _fail("name", f"is {name!r}, not a printable text")
    inputs = _count(data.get("inputs"), "inputs", _LARGEST)
    constants = [_number(x, f"constants[{i}]") for i, x in enumerate(_array(data, "constants"))]
    instructions: list[Instruction] = []
    kinds = [0] * (inputs + len(constants))  # how many lanes each value has
    for k, entry in enumerate(_array(data, "instructions")):
        instruction = _instruction(entry, kinds, f"instructions[{k}]")
        instructions.append(instruction)
        kinds.append(0 if instruction.name in REDUCTIONS else instruction.lanes)
    outputs = [_count(i, f"outputs[{k}]", len(kinds) - 1) for k, i in enumerate(_array(data, "outputs"))]
    for k, i in enumerate(outputs):
        if kinds[i]:
            _fail(f"outputs[{k}]", "has lanes: an output is one number")
    arguments = _structure(data.get("arguments"), "arguments", inputs)
    results = _structure(data.get("results"), "results", len(outputs))
    return Program(inputs, constants, instructions, outputs, name, arguments, results)


def _fail(where: str, what: str) -> NoReturn:
    raise ProgramError(f"the saved program is damaged: {where} {what}")


def _array(data: dict[str, Any], key: str) -> list[Any]:
    found = data.get(key)
    if not isinstance(found, list):
        _fail(key, "is missing or no list")
    return found


def _count(x: Any, where: str, most: int) -> int:
    if type(x) is not int or not 0 <= x <= most:
        _fail(where, f"is {x!r}, not a whole number from 0 to {most}")
    return x


def _number(x: Any, where: str) -> float:
    try:
        if not isinstance(x, str):
            raise ValueError
        return float.fromhex(x)
    except (ValueError, OverflowError):
        _fail(where, f"is {x!r}, not a hexadecimal float")


def _instruction(entry: Any, kinds: list[int], where: str) -> Instruction:
    if not isinstance(entry, list) or len(entry) not in (2, 4) or not isinstance(entry[0], str):
        _fail(where, "is not [name, operands] or [name, operands, lanes, lane]")
    name = entry[0]
    operands = _operands(entry[1], len(kinds), f"{where} ({name})")
    lanes = _count(entry[2], f"{where} ({name}) lanes", _LARGEST) if len(entry) == 4 else 0
    lane = _count(entry[3], f"{where} ({name}) lane", _LARGEST) if len(entry) == 4 else 0
    given = [kinds[i] for i in operands]
    if name in LANE_NAMES:
        _check_lanes(name, given, lanes, lane, where)
        return Instruction(name, operands, lanes, lane)
    primitive = PRIMITIVES.get(name)
    if primitive is None:
        raise ProgramError(
            f"{where} uses the primitive {name!r}, which is not declared here: "
            "declare it with autograd.primitive before loading"
        )
    if primitive.arity is not None and len(operands) != primitive.arity:
        _fail(where, f"gives {name} {len(operands)} operand(s): it takes {primitive.arity}")
    if primitive.arity is None and not operands:
        _fail(where, f"gives {name} no operands")
    if name in ("dot", "sumprod") and len(operands) % 2:
        _fail(where, f"gives {name} {len(operands)} operands: it takes two lists of one length")
    if lane or any([n not in (0, lanes) for n in given]):
        _fail(where, f"({name}) has {lanes} lanes, its operands {given}")
    return Instruction(name, operands, lanes, 0)


def _operands(entry: Any, count: int, where: str) -> Sequence[int]:
    if isinstance(entry, dict):
        ends = [entry.get(key) for key in ("start", "stop", "step")]
        if any([type(x) is not int or abs(x) > _LARGEST for x in ends]) or ends[2] == 0:
            _fail(where, f"has no range of operands but {entry!r}")
        numbers: Sequence[int] = range(*[int(str(x)) for x in ends])
        if numbers and (min(numbers) < 0 or max(numbers) >= count):
            _fail(where, f"reads {entry!r}: only {count} values come before it")
        return numbers
    if not isinstance(entry, list):
        _fail(where, "has no list of operands")
    for i in entry:
        if type(i) is not int or not 0 <= i < count:
            _fail(where, f"reads value {i!r}: only {count} values come before it")
    return tuple(entry)


def _check_lanes(name: str, given: list[int], lanes: int, lane: int, where: str) -> None:
    if lanes < 1 or (name in (PICK, ONEHOT) and lane >= lanes) or (name not in (PICK, ONEHOT) and lane):
        _fail(where, f"({name}) names lane {lane} of {lanes}")
    if len(given) != (lanes if name == STACK else 1):
        _fail(where, f"({name}) has {len(given)} operand(s) for {lanes} lanes")
    wanted = lanes if name in REDUCTIONS else 0
    if any([n != wanted for n in given]):
        _fail(where, f"({name}) takes operands of {wanted} lanes, not {given}")


def _structure(entry: Any, where: str, leaves: int) -> Structure:
    structure = _read(entry, where, 0)
    if size(structure) != leaves:
        _fail(where, f"has places for {size(structure)} number(s), the program has {leaves}")
    return structure


def _read(entry: Any, where: str, depth: int) -> Structure:
    if not isinstance(entry, list) or not entry or depth > _DEEPEST:
        _fail(where, "is no structure")
    kind, rest = entry[0], entry[1:]
    if kind in ("leaf", "none") and not rest:
        return LEAF if kind == "leaf" else NONE
    if kind == "array" and len(rest) == 1 and isinstance(rest[0], list):
        return ("array", tuple([_count(n, where, _LARGEST) for n in rest[0]]))
    if kind == "module" and len(rest) == 1 and isinstance(rest[0], list):
        if not all([isinstance(name, str) for name in rest[0]]) or len(set(rest[0])) != len(rest[0]):
            _fail(where, f"has a module whose parameters are named {rest[0]!r}, not by one text each")
        return ("module", tuple(rest[0]))
    if kind in ("list", "tuple") and len(rest) == 1 and isinstance(rest[0], list):
        return (kind, tuple([_read(x, where, depth + 1) for x in rest[0]]))
    if kind == "dict" and len(rest) == 2 and _keys(rest[0]) and isinstance(rest[1], list):
        if len(rest[0]) != len(rest[1]):
            _fail(where, "has a dict with another number of keys than of values")
        keys = tuple([_key(key) for key in rest[0]])
        if len(set(keys)) != len(keys):
            _fail(where, "has a dict in which a key stands twice")
        return ("dict", keys, tuple([_read(x, where, depth + 1) for x in rest[1]]))
    _fail(where, f"has an unknown structure {kind!r}")


def _keys(entry: Any) -> bool:
    return isinstance(entry, list) and all([_is_key(key, 0) for key in entry])


def _is_key(key: Any, depth: int) -> bool:
    if isinstance(key, dict):
        parts = key.get("tuple")
        return (
            list(key) == ["tuple"]
            and isinstance(parts, list)
            and depth < _DEEPEST
            and all([_is_key(part, depth + 1) for part in parts])
        )
    return type(key) in _KEYS


def _key(key: Any) -> Any:
    return tuple([_key(part) for part in key["tuple"]]) if isinstance(key, dict) else key


_KEYS: Final = frozenset({str, int, float, bool, type(None)})
