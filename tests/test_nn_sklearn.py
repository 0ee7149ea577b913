"""The estimators keep scikit-learn's contract and work in its pipelines and searches."""

import numpy as np
import pytest

sklearn = pytest.importorskip("sklearn")
from sklearn.datasets import load_iris  # noqa: E402
from sklearn.model_selection import GridSearchCV  # noqa: E402
from sklearn.pipeline import make_pipeline  # noqa: E402
from sklearn.preprocessing import StandardScaler  # noqa: E402
from sklearn.utils.estimator_checks import parametrize_with_checks  # noqa: E402

import nn  # noqa: E402
from nn.sklearn import MLPClassifier, MLPRegressor  # noqa: E402

SMALL = {"hidden_layer_sizes": (4,), "epochs": 40, "random_state": 0}


@pytest.mark.filterwarnings("ignore")
@parametrize_with_checks([MLPClassifier(**SMALL), MLPRegressor(**SMALL)])
def test_the_contract(estimator, check) -> None:
    check(estimator)


def test_pipelines_and_grid_searches() -> None:
    X, y = load_iris(return_X_y=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    network = MLPClassifier(epochs=15, random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), network), {"mlpclassifier__hidden_layer_sizes": [(2,), (8,)]}, cv=3
    )
    search.fit(X, names)
    assert search.best_score_ > 0.9
    assert search.predict(X[:1])[0] == "setosa"
    assert search.predict_proba(X[:5]).sum(axis=1) == pytest.approx(np.ones(5))


def test_it_is_found_under_nn() -> None:
    assert nn.sklearn.MLPClassifier is MLPClassifier
    assert not hasattr(nn, "tensorflow")


def test_compiled_and_eager_estimators_agree() -> None:
    X = load_iris().data
    quick, sure = (
        MLPRegressor((3,), epochs=5, random_state=1, compiled=c).fit(X[:, :3], X[:, 3]) for c in (True, False)
    )
    assert quick.predict(X[:9, :3]) == pytest.approx(sure.predict(X[:9, :3]), rel=1e-9)
