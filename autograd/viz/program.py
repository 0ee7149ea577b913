"""A compiled Program as a graph: the operations of one run, with no numbers but the constants."""

from __future__ import annotations

from typing import Any

from autograd.primitive_type import PRIMITIVES
from autograd.viz.snapshot import Node, Snapshot


def program_graph(program: Any) -> Snapshot:
    """The snapshot of a program: anything with `inputs`, `constants`, `instructions` and `outputs`.

    Values are numbered as the program numbers them: inputs, constants, then one an instruction. Data and
    gradients are None, because a program stands for every number.
    """
    nodes = [Node(i, None, label=f"x{i}", role="input") for i in range(program.inputs)]
    nodes += [Node(len(nodes) + i, float(x), role="constant") for i, x in enumerate(program.constants)]
    for instruction in program.instructions:
        name, operands = instruction.name, tuple(instruction.operands)
        primitive = PRIMITIVES.get(name)
        lanes = getattr(instruction, "lanes", 0)
        nodes.append(
            Node(
                len(nodes),
                None,
                name=name,
                symbol=(name if primitive is None else primitive.symbol) + (f" ×{lanes}" if lanes else ""),
                operands=operands,
                partials=(None,) * len(operands),
                ordered=len(operands) > 1 and primitive is not None and not primitive.commutes,
            )
        )
    roots = list(dict.fromkeys(program.outputs))
    for root in roots:
        if nodes[root].name is not None:
            nodes[root].role = "output"
    return Snapshot(nodes, roots)
