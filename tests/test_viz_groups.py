"""Modules in pictures: names, clusters, folding, programs."""

import random

import pytest

from autograd import Value
from autograd.viz import draw, stepper
from autograd.viz.groups import fold, module_path
from autograd.viz.subject import graph_of
from nn import MLP, Layer, Neuron, Sequential


def moons_loss(model: MLP, samples: int) -> Value:
    """A margin loss with L2 over a batch, written as users write it."""
    rng = random.Random(0)
    scores = [(model([rng.random(), rng.random()]), rng.choice((-1.0, 1.0))) for _ in range(samples)]
    losses = [(1.0 + -y * score).relu() for score, y in scores]
    return sum(losses) * (1.0 / samples) + 1e-4 * sum(p * p for p in model.parameters())


def test_a_model_is_drawn_with_parameter_paths_in_clusters() -> None:
    source = draw(MLP(2, [3, 1], seed=1)).source
    assert "layers[0].neurons[2].w[1]" in source
    assert 'subgraph "cluster_layers[0].neurons[2]"' in source
    assert "x[1]" in source


@pytest.mark.parametrize(
    "model", [Neuron(3, seed=0), Layer(3, 2, seed=0), Sequential(Layer(2, 2, seed=0)), MLP(2, [1], seed=0)]
)
def test_models_of_every_kind_are_drawn(model) -> None:
    graph = draw(model).graph
    assert sum(node.role == "parameter" for node in graph.nodes) == len(model.parameters())
    assert any(node.role == "input" for node in graph.nodes)


def test_a_model_that_does_not_tell_its_inputs_needs_arguments() -> None:
    class Odd:
        def __init__(self) -> None:
            self.weight = Value(2.0)

        def named_parameters(self):
            return [("weight", self.weight)]

        def __call__(self, x):
            return self.weight * x

    with pytest.raises(TypeError, match="does not tell how many inputs it takes"):
        draw(Odd())
    assert "weight" in draw(Odd(), args=(3.0,)).source


@pytest.mark.parametrize("activation", ["tanh", "relu", "linear", "sigmoid"])
def test_nodes_belong_to_the_neuron_whose_parameters_they_meet(activation: str) -> None:
    model = MLP(2, [3, 2], activation, seed=0)
    first, second = model([Value(0.1), Value(0.2)])
    graph = graph_of(((first - 1.0) ** 2 + (second - 1.0) ** 2) / 2.0, model=model)
    groups = {node.id: node.group for node in graph.nodes if node.name}
    found = list(groups.values())
    dots = 3 if activation == "linear" else 0
    assert found.count(()) == 6
    for neuron in range(3):
        assert found.count(("layers[0]", f"neurons[{neuron}]")) == 3 - bool(dots)
    for neuron in range(2):
        assert found.count(("layers[1]", f"neurons[{neuron}]")) == 2


def test_a_written_out_neuron_is_found_too() -> None:
    model = MLP(3, [2], seed=0)
    inputs = [Value(float(i)) for i in range(3)]
    outs = [
        sum((w * x for w, x in zip(n.w, inputs, strict=True)), n.b).tanh() for n in model.layers[0].neurons
    ]
    graph = graph_of(outs[0] * outs[1], model=model)
    assert [n.group for n in graph.nodes if n.name == "tanh"] == [
        ("layers[0]", "neurons[0]"),
        ("layers[0]", "neurons[1]"),
    ]
    assert graph.nodes[graph.roots[0]].group == ()


def test_a_batch_folds_by_neuron_and_layer_and_counts() -> None:
    model = MLP(2, [4, 4, 1], seed=0)
    loss = moons_loss(model, 20)
    graph = graph_of(loss, model=model)
    neurons, layers = fold(graph, "neuron"), fold(graph, "layer")
    assert len(neurons.folded) == 9
    assert len(layers.folded) == 3
    box = layers.folded[("layers[0]",)]
    assert box.parameters == 12
    own = sum(n.group[:1] == ("layers[0]",) and n.name is not None for n in graph.nodes)
    assert box.operations == own >= 20 * 4 * 3
    assert sum(len(b.members) for b in layers.folded.values()) + sum(
        1 for key in layers.stands_for if isinstance(key, int)
    ) == len(graph)


def test_large_graphs_of_a_model_fold_by_themselves() -> None:
    model = MLP(2, [16, 16, 1], seed=0)
    loss = moons_loss(model, 100)
    picture = draw(loss, model=model)
    svg = picture.svg()
    assert len(picture.graph) > 10_000
    assert "layers[1]" in svg
    assert "folded to" in repr(picture)


@pytest.mark.parametrize("level", ["neuron", "layer"])
def test_folding_on_request(level: str) -> None:
    model = MLP(2, [3, 1], seed=0)
    picture = draw(model, fold=level)
    assert len(picture.quotient.folded) == {"neuron": 4, "layer": 2}[level]
    assert "parameters" in picture.source
    assert "box3d" in picture.source


def test_paths_of_either_spelling() -> None:
    assert module_path("0.layers.12.w") == ("0", "layers[12]")


# --- programs -----------------------------------------------------------------------------------------------


class Instruction:
    def __init__(self, name, operands):
        self.name, self.operands, self.lanes = name, operands, 0


class Program:
    """What a program shows of itself."""

    inputs, constants, outputs = 2, (1.5,), (4,)
    instructions = (Instruction("sub", (0, 1)), Instruction("mul", (3, 2)))


def test_a_program_is_drawn_without_numbers() -> None:
    picture = draw(Program())
    assert [n.role for n in picture.graph.nodes] == ["input", "input", "constant", "interior", "output"]
    assert ">data" not in picture.source
    assert picture.source.count("->") == 4
    assert picture.svg()
    with pytest.raises(TypeError, match=r"stepper\(f, args="):
        stepper(Program())


def test_a_jitted_functions_program_is_drawn() -> None:
    jit = pytest.importorskip("autograd.compiler").jit
    program = jit(lambda x, y: (x * y).sin() + x).program(1.0, 2.0)
    assert [n.name for n in draw(program).graph.nodes] == [None, None, "mul", "sin", "add"]


# --- the demo -----------------------------------------------------------------------------------------------


def test_the_demo_writes_pictures_and_pages(tmp_path, capsys) -> None:
    from demos import pictures

    paths = pictures.write(tmp_path, steps=3)
    assert [path.suffix for path in paths] == [".svg", ".svg", ".svg", ".html", ".html"]
    assert all(path.stat().st_size > 3000 for path in paths)
    assert "∂z/∂x" in capsys.readouterr().out
