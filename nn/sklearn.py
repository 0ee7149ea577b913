"""scikit-learn estimators: networks of scalars in pipelines and grid searches."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from autograd import MissingExtraError
from nn.layers import MLP
from nn.losses import Loss
from nn.objective import predict
from nn.optimizers import OPTIMIZERS
from nn.training import fit

try:
    from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
    from sklearn.utils.multiclass import check_classification_targets
    from sklearn.utils.validation import check_is_fitted, check_random_state, validate_data
except ImportError as missing:  # pragma: no cover - without scikit-learn
    raise MissingExtraError("scikit-learn", "nn") from missing


class _Network(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share: the settings, and standardised columns on the way in."""

    def __init__(
        self,
        hidden_layer_sizes: tuple[int, ...] = (16,),
        activation: str = "tanh",
        *,
        init: str = "glorot",
        optimizer: str = "adam",
        learning_rate: float = 0.02,
        weight_decay: float = 0.0,
        epochs: int = 100,
        batch_size: int | None = 32,
        validation_fraction: float | None = None,
        patience: int | None = None,
        compiled: bool = True,
        random_state: Any = None,
        verbose: bool = False,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.init = init
        self.optimizer = optimizer
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.epochs = epochs
        self.batch_size = batch_size
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.compiled = compiled
        self.random_state = random_state
        self.verbose = verbose

    def _train(self, X: Any, Y: Any, outputs: int, loss: str | Loss) -> None:
        rng = check_random_state(self.random_state)
        self.center_ = X.mean(axis=0)
        spread = X.std(axis=0)
        spread[spread == 0.0] = 1.0
        self.spread_ = spread
        hidden = self.hidden_layer_sizes
        if not isinstance(hidden, Iterable):
            raise TypeError(
                f"hidden_layer_sizes got {hidden!r} of type {type(hidden).__name__}: give the sizes of the "
                "hidden layers, such as (16, 16)"
            )
        sizes = [*hidden, outputs]
        seed = int(rng.randint(2**31 - 1))
        self.model_ = MLP(X.shape[1], sizes, self.activation, init=self.init, seed=seed)
        if self.optimizer not in OPTIMIZERS:
            raise ValueError(
                f"no optimiser is called {self.optimizer!r}: choose one of {', '.join(OPTIMIZERS)}"
            )
        settings: dict[str, Any] = {"lr": self.learning_rate, "weight_decay": self.weight_decay}
        kind: Any = OPTIMIZERS[self.optimizer]
        self.history_ = fit(
            self.model_,
            (X - self.center_) / self.spread_,
            Y,
            loss,
            kind(self.model_.parameters(), **settings),
            self.epochs,
            self.batch_size,
            seed=seed,
            validation=self.validation_fraction,
            patience=self.patience,
            compiled=self.compiled,
            progress=self.verbose,
        )
        self.n_iter_ = self.history_.epochs

    def _outputs(self, X: Any) -> Any:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        return predict(self.model_, (X - self.center_) / self.spread_, compiled=self.compiled)


class MLPClassifier(ClassifierMixin, _Network):  # type: ignore[misc]
    """A classifier over a multilayer perceptron of scalars, trained on softmax cross-entropy.

    Columns are standardised first. Fitted: `classes_`, `model_` (an nn.MLP), `history_`, `n_iter_`.

    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> MLPClassifier((8,), epochs=20, random_state=0, compiled=False).fit(X, y).score(X, y) > 0.9
    True
    """

    def fit(self, X: Any, y: Any) -> MLPClassifier:
        """Train on rows X with labels y of any kind; ValueError where there is but one class."""
        import numpy as np

        X, y = validate_data(self, X, y, dtype=float)
        check_classification_targets(y)
        self.classes_, indices = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds one class only, {self.classes_[0]!r}: a classifier needs at least two")
        self._train(X, indices, len(self.classes_), "cross_entropy")
        return self

    def decision_function(self, X: Any) -> Any:
        """The logits, one a class; of two classes the difference of theirs."""
        outputs = self._outputs(X)
        return outputs[:, 1] - outputs[:, 0] if len(self.classes_) == 2 else outputs

    def predict_proba(self, X: Any) -> Any:
        """The probability of each class."""
        import numpy as np

        outputs = self._outputs(X)
        raised = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return raised / raised.sum(axis=1, keepdims=True)

    def predict(self, X: Any) -> Any:
        """The most probable class of each row."""
        outputs = self._outputs(X)
        return self.classes_[outputs.argmax(axis=1)]


class MLPRegressor(RegressorMixin, _Network):  # type: ignore[misc]
    """A regressor over a multilayer perceptron of scalars, trained on squared error or another loss.

    Columns and targets are standardised first. Fitted: `model_` (an nn.MLP), `history_`, `n_iter_`.

    >>> line = MLPRegressor((), epochs=200, random_state=0, compiled=False)
    >>> line.fit([[0.0], [1.0]], [1.0, 3.0]).predict([[0.5]]).round(2)
    array([2.])
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: Any, y: Any) -> MLPRegressor:
        """Train on rows X with numbers y, or rows of them."""
        X, y = validate_data(self, X, y, dtype=float, multi_output=True, y_numeric=True)
        self.target_center_ = y.mean(axis=0)
        spread = y.std(axis=0)
        self.target_spread_ = spread + (spread == 0.0)
        self._single = y.ndim == 1
        outputs = 1 if self._single else y.shape[1]
        self._train(X, (y - self.target_center_) / self.target_spread_, outputs, "mse")
        return self

    def predict(self, X: Any) -> Any:
        """The predicted number, or row of numbers, of each row."""
        outputs = self._outputs(X)
        if not self._single and outputs.ndim == 1:
            outputs = outputs.reshape(-1, 1)
        return outputs * self.target_spread_ + self.target_center_
