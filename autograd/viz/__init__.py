"""Pictures of computations: drawings, listings, worked chain rules and pages that step through a graph."""

from autograd.viz.drawing import Drawing, draw
from autograd.viz.explanation import Explanation, explain
from autograd.viz.listing import Tape, tape
from autograd.viz.render import LayoutError
from autograd.viz.stepping import Stepper, stepper
from autograd.viz.subject import TooLargeError

__all__ = [
    "Drawing",
    "Explanation",
    "LayoutError",
    "Stepper",
    "Tape",
    "TooLargeError",
    "draw",
    "explain",
    "stepper",
    "tape",
]
