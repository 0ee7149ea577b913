"""Pictures of computations: draw, and the public names of this room."""

from autograd.viz.drawing import Drawing, draw

__all__ = ["Drawing", "draw"]
