"""The program: a computation as a flat list of instructions that can be printed, saved, simplified and run.

Values are numbered: first the inputs, then the constants, then one value an instruction. A value is either
one number or one number per lane of a batch; instructions mix the two, and only `broadcast`, `stack`,
`onehot`, `pick` and the sums over lanes go from one kind to the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from autograd.compiler.structure import LEAF, Structure, flatten, named, unflatten
from autograd.primitive_type import PRIMITIVES, as_float

# How lanes are made and left; everything else works lane by lane.
BROADCAST: Final = "broadcast"  # the same number in every lane
STACK: Final = "stack"  # one operand a lane
ONEHOT: Final = "onehot"  # the number in one lane, zero in the others
PICK: Final = "pick"  # the number of one lane
LANE_SUM: Final = "lane_sum"  # left to right, as `sum` of the lanes
LANE_FSUM: Final = "lane_fsum"  # exactly rounded, as `fsum` of the lanes
LANE_TOTAL: Final = "lane_total"  # in a fixed order that suits vector registers: sums of cotangents
REDUCTIONS: Final = frozenset({PICK, LANE_SUM, LANE_FSUM, LANE_TOTAL})
SPREADS: Final = frozenset({BROADCAST, STACK, ONEHOT})
LANE_NAMES: Final = REDUCTIONS | SPREADS


class Instruction(NamedTuple):
    """One operation: its primitive's name, its operands' numbers, how many lanes it has (0: one number)."""

    name: str
    operands: Sequence[int]
    lanes: int = 0
    lane: int = 0


class Program:
    """A straight line of instructions from inputs to outputs, and the structures of both.

    >>> from autograd.compiler.program import Instruction, Program
    >>> p = Program(2, (1.0,), (Instruction("mul", (0, 1)), Instruction("add", (3, 2))), (4,))
    >>> print(p)
    def program(x0, x1):
        v0 = x0 * x1
        v1 = v0 + 1.0
        return v1
    """

    def __init__(
        self,
        inputs: int,
        constants: Sequence[float],
        instructions: Sequence[Instruction],
        outputs: Sequence[int],
        name: str = "program",
        arguments: Structure | None = None,
        results: Structure | None = None,
    ) -> None:
        self.inputs = inputs
        self.constants: tuple[float, ...] = tuple(constants)
        self.instructions: tuple[Instruction, ...] = tuple(instructions)
        self.outputs: tuple[int, ...] = tuple(outputs)
        self.name = name
        self.arguments = arguments if arguments is not None else ("tuple", (LEAF,) * inputs)
        self.results = results if results is not None else _plain_results(len(self.outputs))
        self.first = inputs + len(self.constants)  # the number of the first instruction's value
        self._machine: Any = None

    @property
    def cost(self) -> dict[str, int]:
        """How many operations of each name a run takes, an operation on lanes counted once a lane."""
        counts: Counter[str] = Counter()
        for name, _, lanes, _ in self.instructions:
            counts[name] += lanes or 1
        return dict(sorted(counts.items()))

    def simplify(self) -> Program:
        """The same results from fewer instructions: sharing, folding, dead code and algebra that is exact."""
        from autograd.compiler.simplify import simplify

        return simplify(self)

    def evaluate(self, *arguments: Any, **keywords: Any) -> Any:
        """The results, computed one instruction at a time on the numbers given, of any type with arithmetic.

        >>> from fractions import Fraction
        >>> p = Program(1, (), (Instruction("mul", (0, 0)),), (1,))
        >>> p.evaluate(Fraction(1, 3))
        Fraction(1, 9)
        """
        from autograd.compiler.interpret import interpret

        return unflatten(self.results, interpret(self, self.flatten(arguments, keywords)))

    def flatten(self, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
        """The numbers in the arguments, as the inputs; TypeError where the structure is another."""
        leaves, structure = flatten((arguments, dict(sorted(keywords.items()))) if keywords else arguments)
        if structure != self.arguments and named(structure) != named(self.arguments):
            raise TypeError(
                f"{self.name} was traced for arguments of the structure {self.arguments}, "
                f"but was given {structure}: call the jitted function, which traces once for each structure"
            )
        return leaves

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """The results as floats, from machine code that is compiled at the first call.

        Arguments are nested as those of the function traced, static ones left out.
        """
        if self._machine is None:
            from autograd.compiler.machine import Machine

            self._machine = Machine(self)
        numbers = [as_float(x, self.name) for x in self.flatten(arguments, keywords)]
        return unflatten(self.results, self._machine.run(numbers))

    def to_json(self) -> str:
        """The program as JSON text; numbers are written so that nan, inf and every bit survive."""
        from autograd.compiler.serialize import to_json

        return to_json(self)

    @staticmethod
    def from_json(text: str) -> Program:
        """The program that `to_json` wrote; ProgramError (a ValueError) that says what is wrong and where."""
        from autograd.compiler.serialize import from_json

        return from_json(text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Program) and self._facts() == other._facts()

    def __hash__(self) -> int:
        return hash((self.inputs, len(self.instructions), self.outputs))

    def _facts(self) -> tuple[Any, ...]:
        instructions = [(n, tuple(o), lanes, lane) for n, o, lanes, lane in self.instructions]
        constants = [x.hex() for x in self.constants]
        structures = named(self.arguments), named(self.results)  # as they are when saved and loaded
        return self.inputs, constants, instructions, self.outputs, self.name, structures

    def __reduce__(self) -> tuple[Any, ...]:
        return Program.from_json, (self.to_json(),)

    def __len__(self) -> int:
        return len(self.instructions)

    def __repr__(self) -> str:
        counts = f"{self.inputs} inputs, {len(self)} instructions, {len(self.outputs)} outputs"
        return f"<Program {self.name}: {counts}>"

    def __str__(self) -> str:
        first, constants = self.first, self.inputs

        def number(i: int) -> str:
            if i < constants:
                return f"x{i}"
            return repr(self.constants[i - constants]) if i < first else f"v{i - first}"

        inputs = (
            "" if self.inputs == 0 else ", ".join(_few([f"x{i}" for i in _ends(self.inputs)], self.inputs))
        )
        lines = [f"def {self.name}({inputs}):"]
        for k, instruction in enumerate(self.instructions):
            note = f"  # {instruction.lanes} lanes" if instruction.lanes else ""
            lines.append(f"    v{k} = {_spell(instruction, number)}{note}")
        returned = ", ".join(number(i) for i in self.outputs)
        lines.append(f"    return {returned}")
        return "\n".join(lines)


def _plain_results(count: int) -> Structure:
    return LEAF if count == 1 else ("tuple", (LEAF,) * count)


def _ends(count: int) -> list[int]:
    return list(range(count)) if count <= 12 else [0, 1, 2, count - 1]


def _few(names: list[str], count: int) -> list[str]:
    return names if len(names) == count else [*names[:-1], "...", names[-1]]


def _spell(instruction: Instruction, number: Any) -> str:
    name, operands, _, lane = instruction
    if name == PICK:
        return f"{number(operands[0])}[{lane}]"
    if isinstance(operands, range) and len(operands) > 2:
        names = f"{number(operands[0])}, {number(operands[1])}, ..., {number(operands[-1])}"
    else:
        names = ", ".join([number(i) for i in operands])
    if name == ONEHOT:
        return f"onehot({names}, lane={lane})"
    primitive = PRIMITIVES.get(name)
    if primitive is not None and len(operands) == 2 and primitive.symbol in _INFIX:
        return f"{number(operands[0])} {primitive.symbol} {number(operands[1])}"
    return f"-{names}" if name == "neg" else f"{name}({names})"


_INFIX: Final = frozenset({"+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", "=="})
