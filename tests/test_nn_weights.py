"""Weights in files: what is written is read, whole or not at all."""

import json
import math
import os
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import autograd
import nn

ENDINGS = ("model.safetensors", "model.json")


def numbers(model: nn.Module) -> list[float]:
    return [p.data for p in model.parameters()]


@pytest.mark.parametrize("name", ENDINGS)
@pytest.mark.parametrize(
    "model",
    [
        nn.MLP(2, [3, 1], ["tanh"], seed=0),
        nn.MLP(4, [2], output="sigmoid", bias=False, seed=1),
        nn.Sequential(nn.Layer(2, 3, "relu", seed=2), autograd.math.tanh, nn.Neuron(3, "linear", seed=3)),
        nn.Neuron(3, seed=4),
        nn.Layer(1, 1, "softplus", seed=5),
    ],
    ids=repr,
)
def test_a_new_model_comes_back(tmp_path, model, name: str) -> None:
    nn.save(model, tmp_path / name)
    again = nn.load(str(tmp_path / name))
    assert repr(again) == repr(model)
    assert numbers(again) == numbers(model)
    x = (
        [0.3 * i for i in range(len(model.parameters()) and again.layers[0].nin)]
        if hasattr(again, "layers")
        else None
    )
    if x is not None:
        assert again(x) == model(x)
    assert os.listdir(tmp_path) == [name]


@pytest.mark.parametrize("name", ENDINGS)
def test_every_float_survives(tmp_path, name: str) -> None:
    model = nn.MLP(3, [2], seed=0)
    special = [math.nan, math.inf, -math.inf, 5e-324, -0.0, 0.1, 1e308, 1.0]
    for p, number in zip(model.parameters(), special, strict=True):
        p.data = number
    nn.save(model, tmp_path / name)
    assert list(map(repr, numbers(nn.load(tmp_path / name)))) == list(map(repr, special))


@pytest.mark.parametrize("name", ENDINGS)
def test_own_modules_load_into_themselves(tmp_path, name: str) -> None:
    class Line(nn.Module):
        def __init__(self, slope: float) -> None:
            self.slope, self.parts = autograd.Value(slope), {"b": [autograd.Value(0.5)]}

    nn.save(Line(3.0), tmp_path / name)
    line = Line(0.0)
    assert nn.load(tmp_path / name, line) is line
    assert numbers(line) == [3.0, 0.5]
    with pytest.raises(nn.WeightsError, match="says nothing of the model's architecture"):
        nn.load(tmp_path / name)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ENDINGS), st.integers(0, 5000), st.integers(0, 255), st.booleans())
def test_damaged_files_give_one_clear_error_and_change_nothing(
    tmp_path_factory, name, place, byte, cut
) -> None:
    path = tmp_path_factory.mktemp("weights") / name
    nn.save(nn.MLP(2, [3, 1], seed=0), path)
    content = bytearray(path.read_bytes())
    place %= len(content)
    if cut:
        del content[place:]
    else:
        content[place] = byte
    path.write_bytes(content)
    model = nn.MLP(2, [3, 1], seed=1)
    before = numbers(model)
    for target in (model, None):
        try:
            nn.load(path, target)
        except nn.WeightsError as error:
            assert str(path) in str(error) or "architecture" in str(error)  # noqa: PT017
            assert target is None or numbers(model) == before


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda c: c.update(version=2), "is of version 2, this package reads up to 1"),
        (lambda c: c.update(version="x"), "version 'x'"),
        (lambda c: c.update(format="other"), "no model of this package"),
        (lambda c: c.pop("parameters"), "has no parameters"),
        (lambda c: c["parameters"].pop("layers.0.bias"), "the file has no layers.0.bias"),
        (lambda c: c["parameters"].update(more=[1.0]), "the model has no more"),
        (lambda c: c["parameters"]["layers.0.bias"].pop(), r"layers.0.bias is \(2,\), the model's \(3,\)"),
        (lambda c: c["parameters"].update({"layers.0.bias": ["x"] * 3}), "holds 'x' in layers.0.bias"),
        (lambda c: c["parameters"]["layers.0.weight"][0].pop(), "no vector or matrix"),
        (lambda c: c["architecture"]["layers"][0].update(nin=10**12), "its architecture says"),
        (lambda c: c["architecture"]["layers"][0].update(kind="Convolution"), "unknown kind 'Convolution'"),
        (lambda c: c["architecture"]["layers"][0].update(activation="zap"), "no activation is called 'zap'"),
        (lambda c: c.update(architecture=None), "says nothing"),
        (lambda c: c.update(version=0), "has the version 0: the first is 1"),
        (lambda c: c["architecture"]["layers"][0].update(bias="no"), "bias got 'no'"),
        (lambda c: c.update(architecture={"kind": "function", "name": "tanh"}), "a function alone"),
        (lambda c: c.update(architecture={"kind": "function", "name": "pi"}), "pi is no operation"),
        (lambda c: c.update(architecture={"kind": "function", "name": "__loader__"}), "no operation"),
    ],
)
def test_files_that_do_not_fit(tmp_path, change, says: str) -> None:
    path = tmp_path / "model.json"
    nn.save(nn.MLP(2, [3, 1], seed=0), path)
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))
    with pytest.raises(nn.WeightsError, match=says):
        nn.load(path)


@pytest.mark.parametrize("name", ENDINGS)
def test_another_model_is_left_untouched(tmp_path, name: str) -> None:
    nn.save(nn.MLP(2, [3, 1], seed=0), tmp_path / name)
    other = nn.MLP(2, [4, 1], seed=1)
    before = numbers(other)
    with pytest.raises(nn.WeightsError, match="is of another model"):
        nn.load(tmp_path / name, other)
    assert numbers(other) == before


def test_what_is_no_model_and_no_place(tmp_path) -> None:
    model = nn.MLP(1, [1], seed=0)
    with pytest.raises(TypeError, match="save got 3 of type int as its model"):
        nn.save(3, tmp_path / "x.json")
    with pytest.raises(IsADirectoryError, match="give the path of a file in it"):
        nn.save(model, tmp_path)
    with pytest.raises(FileNotFoundError, match=r"there is no folder .* to save x.json in"):
        nn.save(model, tmp_path / "deep" / "x.json")
    nn.save(model, tmp_path / "x.json")
    with pytest.raises(TypeError, match="load got a class as its model"):
        nn.load(tmp_path / "x.json", nn.MLP)
    assert os.listdir(tmp_path) == ["x.json"]


@pytest.mark.parametrize("depth", [30, 200, 330, 900, 20_000])
def test_architectures_of_any_depth_are_built_or_refused(tmp_path, depth: int) -> None:
    path = tmp_path / "deep.json"
    start = '{"format": "scalar-autograd", "version": 1, "parameters": {}, "architecture": '
    path.write_text(start + '{"kind": "Sequential", "layers": [' * depth + "]}" * depth + "}")
    if depth < 100:
        assert nn.load(path).parameters() == []
        return
    with suppress(nn.WeightsError) if depth < 500 else pytest.raises(nn.WeightsError, match=r"deep|not JSON"):
        nn.load(path)


def test_a_failed_write_leaves_the_older_file(tmp_path, monkeypatch) -> None:
    path = tmp_path / "model.json"
    nn.save(nn.MLP(1, [1], seed=0), path)
    content = path.read_bytes()

    def broken(*args) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="disk full"):
        nn.save(nn.MLP(1, [1], seed=1), path)
    assert path.read_bytes() == content
    assert os.listdir(tmp_path) == ["model.json"]


def test_json_is_readable(tmp_path) -> None:
    model = nn.MLP(2, [3, 1], seed=0)
    nn.save(model, tmp_path / "model.json")
    lines = (tmp_path / "model.json").read_text().splitlines()
    assert len(lines) < 30
    first = ", ".join(repr(w.data) for w in model.layers[0].neurons[0].w)
    assert f"   [{first}]," in lines


@pytest.mark.parametrize("stems", [("0", "2"), ("net.0", "net.2"), ("fc1", "fc2"), ("9", "10")])
def test_numbered_parts_of_another_program(tmp_path, stems) -> None:
    tensors = pytest.importorskip("safetensors.numpy")
    model = nn.MLP(2, [3, 1], "tanh", seed=0)
    arrays = {}
    for stem, layer in zip(stems, model.layers, strict=True):
        arrays[f"{stem}.weight"] = 2.0 * np.array([[w.data for w in neuron.w] for neuron in layer.neurons])
        arrays[f"{stem}.bias"] = np.arange(layer.nout, dtype=np.float64)
    tensors.save_file(arrays, str(tmp_path / "theirs.safetensors"))
    loaded = nn.load(tmp_path / "theirs.safetensors", nn.MLP(2, [3, 1], "tanh", seed=1))
    assert [w.data for w in loaded.layers[0].neurons[1].w] == [
        2.0 * w.data for w in model.layers[0].neurons[1].w
    ]
    assert [neuron.b.data for neuron in loaded.layers[0].neurons] == [0.0, 1.0, 2.0]
    for names in (("encoder", "decoder"), ("a1", "b2")):
        renamed = {
            name.replace(stem, new): array
            for stem, new in zip(stems, names, strict=True)
            for name, array in arrays.items()
            if name.startswith(f"{stem}.")
        }
        tensors.save_file(renamed, str(tmp_path / "unclear.safetensors"))
        with pytest.raises(nn.WeightsError, match="is of another model"):
            nn.load(tmp_path / "unclear.safetensors", nn.MLP(2, [3, 1]))


def test_torch_sequential(tmp_path) -> None:
    torch = pytest.importorskip("torch")
    tensors = pytest.importorskip("safetensors.torch")
    theirs = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)).double()
    tensors.save_file(theirs.state_dict(), tmp_path / "theirs.safetensors")
    model = nn.load(tmp_path / "theirs.safetensors", nn.MLP(3, [4, 2], "tanh"))
    x = [0.1, -0.5, 2.0]
    assert [v.data for v in model(x)] == pytest.approx(
        theirs(torch.tensor(x, dtype=torch.float64)).tolist(), rel=1e-12
    )


def test_torch_reads_it_and_back(tmp_path) -> None:
    torch = pytest.importorskip("torch")
    tensors = pytest.importorskip("safetensors.torch")
    model = nn.MLP(3, [4, 2], "tanh", seed=0)
    nn.save(model, tmp_path / "ours.safetensors")
    theirs = torch.nn.Module()
    theirs.layers = torch.nn.ModuleList([torch.nn.Linear(3, 4), torch.nn.Linear(4, 2)]).double()
    theirs.load_state_dict(tensors.load_file(tmp_path / "ours.safetensors"))
    x = [0.1, -0.5, 2.0]
    hidden = theirs.layers[0](torch.tensor(x, dtype=torch.float64)).tanh()
    assert theirs.layers[1](hidden).tolist() == pytest.approx([v.data for v in model(x)], rel=1e-12)
    with torch.no_grad():
        theirs.layers[0].weight *= 2.0
    tensors.save_file(theirs.state_dict(), tmp_path / "theirs.safetensors")
    before = [w.data for w in model.layers[0].neurons[1].w]
    nn.load(tmp_path / "theirs.safetensors", model)
    assert [w.data for w in model.layers[0].neurons[1].w] == [2.0 * w for w in before]
    single = torch.nn.Linear(3, 1)
    tensors.save_file(single.state_dict(), tmp_path / "single.safetensors")
    neuron = nn.load(tmp_path / "single.safetensors", nn.Neuron(3, "linear"))
    assert np.array([w.data for w in neuron.w], dtype=np.float32).tolist() == single.weight[0].tolist()
