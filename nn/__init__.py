"""Networks of scalars: neurons, losses, optimisers and training, built from autograd's public names."""

from nn import init, losses, schedules
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.module import Module
from nn.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from nn.schedules import clip_grad_norm, clip_grad_value
from nn.summary import summary

__all__ = [
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Layer",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSprop",
    "Sequential",
    "clip_grad_norm",
    "clip_grad_value",
    "init",
    "losses",
    "schedules",
    "summary",
]
