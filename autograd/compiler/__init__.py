"""Scalar Python in, machine code out: `jit` and the programs it makes."""

from autograd.compiler.function import Jitted, jit
from autograd.compiler.program import Instruction, Program

__all__ = ["Instruction", "Jitted", "Program", "jit"]
