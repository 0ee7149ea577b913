"""Networks of scalars: neurons, losses, optimisers and training, built from autograd's public names."""

from nn import init
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module
from nn.summary import summary

__all__ = ["MLP", "Layer", "Module", "Neuron", "Sequential", "init", "summary"]
