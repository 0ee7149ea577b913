"""Every demo runs, shortened, and its figures are what they should be."""

import gzip
import math
import struct
from pathlib import Path

import numpy as np
import pytest

for package in ("sklearn", "scipy", "matplotlib", "tqdm", "llvmlite"):
    pytest.importorskip(package)

from demos import (  # noqa: E402
    autoencoder,
    cheap_gradient,
    classification,
    deep,
    digits,
    generalization,
    layers,
    mazur,
    optimizers,
    regression,
    training,
    universal,
)


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)


def pictures() -> set[str]:
    found = list(Path("out").iterdir())
    assert all(path.stat().st_size > 3000 for path in found if path.suffix == ".png")
    return {path.name for path in found}


def test_mazur_figures(capsys) -> None:
    pytest.importorskip("graphviz")
    found = mazur.run(quick=True)
    assert found["before"] == pytest.approx(0.298371109, abs=5e-10)
    assert found["after"] == pytest.approx(0.291027774, abs=5e-10)
    assert found["mixed after"] == pytest.approx(mazur.ARTICLE["error after 1 step"], abs=5e-10)
    printed = capsys.readouterr().out
    # Numbers of the article, rounded as there.
    forward = "0.377500000 0.593269992 0.596884378 0.751365070 0.772928465 0.274811083 0.023560026"
    backward = "0.741365070 0.186815602 0.082167041 0.036350306 0.241300709 0.000438568"
    weights = "0.358916480 0.408666186 0.511301270 0.561370121 0.149780716"
    for number in f"{forward} {backward} {weights}".split():
        assert number in printed
    assert "How E changes with w5" in printed
    assert "2 paths from w1 to E" in printed
    assert pictures() == {"mazur.png", "mazur.svg", "mazur.txt"}
    told = Path("out/mazur.txt").read_text(encoding="utf-8")
    assert all(f"How E changes with w{i}" in told for i in range(1, 9))


def test_classification() -> None:
    found = classification.run(quick=True)
    assert found["breast cancer"] > 0.9
    assert min(found["nll of log-softmax"], found["cross-entropy, one-hot rows"]) > 0.5
    assert found["cross-entropy, class indices"] == found["cross-entropy, one-hot rows"]
    assert pictures() == {"classification.png", "classification_irises.png"}


def test_layers(capsys) -> None:
    found = layers.run(quick=True)
    assert found["uniform(-1, 1)"] > found["zeros"]
    assert pictures() == {"layers.png"}
    assert "log_softmax           0" in capsys.readouterr().out


def test_training(capsys) -> None:
    found = training.run(quick=True)
    assert [history.stopped_by for history in found.values()][:2] == ["epochs", "loss"]
    assert "interrupted after 2 epochs" in (printed := capsys.readouterr().out)
    assert "the weights differ by 0.0, the losses by 0.0" in printed
    assert pictures() == {"training.png", "training_best.safetensors"}


def test_regression() -> None:
    assert regression.run(quick=True)["mse"] > 0.2
    assert pictures() == {"regression.png"}


def test_digits() -> None:
    assert digits.digits(quick=True)["accuracy"] > 0.85
    assert pictures() == {"digits_wrong.png", "digits_weights.png"}


def test_mnist_from_files(tmp_path) -> None:
    rng = np.random.default_rng(0)
    for part, count in (("train", 40), ("t10k", 20)):
        labels = rng.integers(0, 2, count).astype(np.uint8)
        images = np.repeat(labels * 200 + 20, 16).astype(np.uint8).reshape(count, 4, 4)
        for name, data, axes in (("images-idx3", images, 3), ("labels-idx1", labels, 1)):
            content = struct.pack(f">BBBB{axes}I", 0, 0, 8, axes, *data.shape) + data.tobytes()
            (tmp_path / f"{part}-{name}-ubyte.gz").write_bytes(gzip.compress(content))
    assert digits.mnist(str(tmp_path), hidden=4, epochs=8) == 1.0
    assert pictures() >= {"mnist_weights_4.png", "mnist.safetensors"}


def test_autoencoder() -> None:
    found = autoencoder.run(quick=True)
    assert 0.0 < found["64-16-64"] < 0.2
    assert pictures() == {"autoencoder.png", "autoencoder_map.png"}


def test_universal() -> None:
    errors = universal.run("sin(2*x)", quick=True)
    assert errors[4] < errors[1]
    assert pictures() == {"universal.png"}


@pytest.mark.parametrize("text", ["__import__('os')", "x.real", "y + 1", "[x]", "lambda: x", "'a'", "x +"])
def test_only_arithmetic_is_fitted(text: str) -> None:
    with pytest.raises(ValueError, match=r"in it: use x|no expression"):
        universal.function_of(text)


def test_functions_follow_ieee_and_choose() -> None:
    assert math.isnan(universal.function_of("1/0 - 1/x")(1.0))
    assert universal.function_of("1/x")(0.0) == math.inf
    assert math.isnan(universal.function_of("9**9**9**9")(0.0))
    assert [universal.function_of("where(x > 0, x, 0)")(x) for x in (-2.0, 3.0)] == [0.0, 3.0]
    for text, says in (("sin", "give an expression that is a number"), ("sin(x, x)", "can't be computed")):
        with pytest.raises(ValueError, match=says):
            universal.function_of(text)(1.0)


@pytest.mark.parametrize(
    ("demo", "arguments", "says"),
    [
        (universal, ["1/x", "--quick"], "not finite everywhere on -3.0 ... 3.0: give another --interval"),
        (universal, ["y"], "'y' has 'y' in it"),
        (universal, ["x", "--interval", "2", "1"], "give LOW below HIGH"),
        (digits, ["--mnist", "nowhere"], "no train-images-idx3-ubyte (or .gz) in nowhere"),
    ],
)
def test_what_is_wrong_on_the_command_line_is_one_line(demo, arguments, says, monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.argv", ["demo", *arguments])
    with pytest.raises(SystemExit):
        demo.main()
    assert says in capsys.readouterr().err


def test_generalization() -> None:
    found = generalization.run(quick=True)
    assert found["goes on learning"] > 0.5
    assert pictures() == {"generalization.png"}


def test_deep_and_large() -> None:
    found = deep.run(quick=True, jit=True)
    assert found["loss"] < 0.0
    assert found["parameters"] == 50 * 20 + 21 * 10
    assert pictures() == {"deep.png"}


def test_cheap_gradient() -> None:
    found = cheap_gradient.run(quick=True)
    assert [row["parameters"] for row in found] == [11.0, 41.0]
    assert pictures() == {"cheap_gradient.png"}


def test_optimizers(capsys) -> None:
    found = optimizers.run(quick=True)
    assert len(found) == 13
    assert max(found.values()) < 1.0
    printed = capsys.readouterr().out
    assert "154 of the Jacobian's 3,120 entries are not 0" in printed
    assert pictures() == {"optimizers.png"}


def test_stepper() -> None:
    pytest.importorskip("graphviz")
    from demos import stepper

    assert "<html" in stepper.run(quick=True).read_text()[:200].lower()
