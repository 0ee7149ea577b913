"""Networks of scalars: neurons, losses, optimisers and training, built from autograd's public names."""

from typing import Any

from nn import init, losses, schedules
from nn.architecture import WeightsError
from nn.data import one_hot
from nn.history import History, gradient_below, loss_below
from nn.idx import read_idx, read_mnist
from nn.layers import MLP, Layer, Neuron, Sequential
from nn.metrics import accuracy, confusion_matrix, r2
from nn.minimization import minimize
from nn.module import Module
from nn.objective import predict
from nn.optimizers import SGD, Adagrad, Adam, AdamW, RMSprop
from nn.plots import plot_decision_boundary, plot_history, plot_weights
from nn.residuals import least_squares
from nn.schedules import clip_grad_norm, clip_grad_value
from nn.stepping import Optimizer
from nn.summary import summary
from nn.training import fit
from nn.weights import load, save

__all__ = [
    "MLP",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "Optimizer",
    "RMSprop",
    "Sequential",
    "WeightsError",
    "accuracy",
    "clip_grad_norm",
    "clip_grad_value",
    "confusion_matrix",
    "fit",
    "gradient_below",
    "init",
    "least_squares",
    "load",
    "loss_below",
    "losses",
    "minimize",
    "one_hot",
    "plot_decision_boundary",
    "plot_history",
    "plot_weights",
    "predict",
    "r2",
    "read_idx",
    "read_mnist",
    "save",
    "schedules",
    "summary",
]


def __getattr__(name: str) -> Any:
    """`nn.sklearn`, imported when it is first asked for: it needs scikit-learn."""
    if name == "sklearn":
        from importlib import import_module

        return import_module("nn.sklearn")
    raise AttributeError(f"module 'nn' has no attribute {name!r}")
