"""Programs that nobody traced, loaded, lowered and run in a process of their own: no crash, no hang.

A program either runs and gives what the interpreter gives, or is refused by a ProgramError that names the
place. Every text goes to a worker, which would be missed if machine code brought it down.
"""

import copy
import json
import math
import select
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import PRIMITIVES, grad, jit, vmap
from autograd import math as m
from autograd.compiler import Instruction, Program
from autograd.compiler.serialize import ProgramError

pytest.importorskip("llvmlite")

WORKER = """
import faulthandler, json, math, resource, sys
faulthandler.enable()
resource.setrlimit(resource.RLIMIT_AS, (8 << 30, 8 << 30))
from autograd.compiler import Program
from autograd.compiler.serialize import ProgramError

def alike(x, y):
    if x != x or y != y:
        return x != x and y != y
    if not math.isfinite(x) or not math.isfinite(y) or x == y == 0.0:
        return repr(x) == repr(y)
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-300)

def run(text, numbers):
    try:
        program = Program.from_json(text)
    except ProgramError as problem:
        return str(problem)
    str(program), repr(program), program.cost
    assert Program.from_json(program.to_json()) == program
    simple = program.simplify()
    kind, *parts = program.arguments
    if program.inputs > 1000 or kind != "tuple" or any(s != ("leaf",) for s in parts[0]):
        return "runs"
    if any(i.lanes > 100_000 for i in program.instructions):
        program(*(numbers * 1000)[: program.inputs])
        return "runs"
    given = (numbers * 1000)[: program.inputs]
    wanted, got = program.evaluate(*given), program(*given)
    if any(i.name == "lane_total" for i in program.instructions):
        return "runs"
    from autograd.compiler.structure import flatten
    for x, y, z in zip(flatten(wanted)[0], flatten(simple.evaluate(*given))[0], flatten(got)[0], strict=True):
        assert alike(x, y) and alike(x, z), (x, y, z)
    return "runs"

print("ready", flush=True)
for line in sys.stdin:
    text, numbers = json.loads(line)
    try:
        answer = run(text, [float(x) for x in numbers])
    except BaseException as problem:
        answer = f"{type(problem).__name__}: {problem}"
    print(json.dumps(answer), flush=True)
"""


class Worker:
    """A process that runs programs; started anew where one brought it down."""

    process = None

    def start(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout.readline() == "ready\n"

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None

    def ask(self, text, numbers, seconds=60.0):
        """What became of the program: it runs, or why not."""
        if self.process is None:
            self.start()
        self.process.stdin.write(json.dumps([text, [repr(x) for x in numbers]]) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], seconds)
        answer = self.process.stdout.readline() if ready else ""
        if not answer:
            self.stop()
            raise AssertionError(f"{'crashed' if ready else 'hung'} on {text}")
        return json.loads(answer)


@pytest.fixture(scope="module")
def worker():
    process = Worker()
    yield process
    process.stop()


NUMBERS = st.lists(
    st.sampled_from([0.0, -0.0, 1.0, -2.0, 0.5, math.inf, math.nan]) | st.floats(-2.0, 2.0),
    min_size=4,
    max_size=4,
)
LANED = ["broadcast", "onehot", "stack", "pick", "lane_sum", "lane_fsum", "lane_total"]
NAMES = [name for name in sorted(PRIMITIVES) if name not in ("stack", "segment", "checkpoint")]


def saved(inputs, constants, instructions, outputs, arguments=None, results=None):
    return {
        "format": "scalar-autograd program",
        "version": 1,
        "name": "p",
        "inputs": inputs,
        "constants": [x.hex() for x in constants],
        "instructions": instructions,
        "outputs": outputs,
        "arguments": arguments or ["tuple", [["leaf"]] * inputs],
        "results": results or ["tuple", [["leaf"]] * len(outputs)],
    }


@st.composite
def valid(draw):
    """A program of any operations, numbers and lanes mixed as no trace would mix them."""
    inputs = draw(st.integers(1, 4))
    constants = draw(st.lists(st.sampled_from([0.0, -0.0, 1.0, -1.0, math.inf, math.nan, 2.0]), max_size=3))
    kinds = [0] * (inputs + len(constants))
    widths = draw(st.lists(st.sampled_from([1, 2, 7, 8, 9, 40, 100]), min_size=1, max_size=2))
    instructions = []

    def one(*wanted):
        return draw(st.sampled_from([i for i, lanes in enumerate(kinds) if lanes in wanted]))

    for _ in range(draw(st.integers(1, 15))):
        name = draw(st.sampled_from(LANED) | st.sampled_from(NAMES))
        lanes = draw(st.sampled_from(widths))
        lane = draw(st.integers(0, lanes - 1)) if name in ("pick", "onehot") else 0
        if name in LANED[:3]:
            few = [one(0) for _ in range(min(lanes, 5))]
            operands = [few[k % len(few)] for k in range(lanes)] if name == "stack" else few[:1]
            kinds.append(lanes)
        elif name in LANED:
            if lanes not in kinds:
                continue
            operands = [one(lanes)]
            kinds.append(0)
        else:
            lanes = draw(st.sampled_from([0, lanes]))
            count = PRIMITIVES[name].arity or draw(st.sampled_from([2, 4]))
            operands = [one(0, lanes) for _ in range(count)]
            kinds.append(lanes)
        instructions.append([name, operands, lanes, lane] if lanes else [name, operands])
    outputs = [i for i, lanes in enumerate(kinds) if not lanes][-4:]
    return saved(inputs, constants, instructions, outputs)


@settings(max_examples=40, deadline=None)
@given(valid(), NUMBERS)
def test_valid_programs_run_as_interpreted(worker, program, numbers):
    assert worker.ask(json.dumps(program), numbers) == "runs"


def traced():
    """Saved programs of all kinds of instructions and structures."""

    def f(p, xs):
        lanes = vmap(lambda x: m.where(x > p[0], m.tanh(x * p[1]), m.exp(x)))(xs)
        return [sum(lanes), m.fsum(lanes), m.dot(p, p), m.gamma(p[0]), m.hypot(p[0], p[1], 1.0), lanes[1]]

    programs = [jit(f).program([0.5, 0.25], [1.0, 2.0, 3.0])]
    programs += [
        programs[0].simplify(),
        jit(grad(lambda p, xs: f(p, xs)[0])).program([0.5, 0.25], [1.0, 2.0, 3.0]).simplify(),
        jit(lambda d: {"a": d["w"] * d["b"][0]}).program({"w": 1.0, "b": [2.0, None]}),
        Program(6, (), (Instruction("stack", range(6), 6), Instruction("lane_total", (6,), 6)), (7,)),
    ]
    return [json.loads(program.to_json()) for program in programs]


TRACED = traced()
ODD = [
    *(
        None,
        -1,
        0,
        1,
        2,
        3,
        7,
        10**4,
        10**6,
        1 << 24,
        10**9,
        1 << 63,
        10**30,
        True,
        1.5,
        math.nan,
        "x",
        "nan",
    ),
    *("add", "stack", "pick", "broadcast", "lane_sum", "nope", "0x1p0", "\ud800", [], {}, [[]], ["leaf"]),
    *(["array", [0]], ["array", [1 << 24, 1 << 24]], {"start": 0, "stop": 1 << 24, "step": 1}),
    *(
        {"start": 0, "stop": 3, "step": 1},
        {"start": 2, "stop": -1, "step": -1},
        {"start": 0, "stop": 3, "step": 0},
    ),
]


@st.composite
def damaged(draw):
    """A saved program in which a few places were changed, doubled, dropped or turned."""
    tree = json.loads(json.dumps(draw(st.sampled_from(TRACED))))
    for _ in range(draw(st.integers(1, 3))):
        holder, key = draw(st.sampled_from(list(places(tree))))
        change = draw(st.sampled_from(["nearby", "odd", "double", "drop", "turn"]))
        if change == "nearby" and type(holder[key]) is int:
            holder[key] += draw(st.sampled_from([-2, -1, 1, 2]))
        elif change == "nearby" and isinstance(holder[key], str):
            holder[key] = draw(st.sampled_from([*NAMES, *LANED]))
        elif change == "double" and isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        elif change == "drop":
            del holder[key]
        elif change == "turn" and isinstance(holder, list):
            holder.reverse()
        else:
            holder[key] = copy.deepcopy(draw(st.sampled_from(ODD)))
    return tree


def places(tree):
    for key, child in list(tree.items() if isinstance(tree, dict) else enumerate(tree)):
        yield tree, key
        if isinstance(child, dict | list):
            yield from places(child)


@settings(max_examples=150, deadline=None)
@given(damaged(), NUMBERS)
def test_damaged_programs_are_refused_or_run(worker, program, numbers):
    answer = worker.ask(json.dumps(program), numbers)
    assert answer == "runs" or "instructions[" in answer or "the saved program is damaged" in answer, answer


HUGE = 1 << 24


@pytest.mark.parametrize(
    "instructions",
    [
        [["broadcast", [0], HUGE, 0], ["lane_sum", [1], HUGE, 0]],
        [["broadcast", [0], HUGE, 0], ["lane_fsum", [1], HUGE, 0]],
        [["onehot", [0], HUGE, 5], ["exp", [1], HUGE, 0], ["lane_total", [2], HUGE, 0]],
        [["onehot", [0], 10**6, 5], ["exp", [1], 10**6, 0], ["lane_fsum", [2], 10**6, 0]],
        [["identity", [0]]] * 1000,
        [["add", [k, k]] for k in range(2000)],
        [
            *[["sin", [k]] for k in range(100)],
            ["stack", [50, 60, 70] * 10_000, 30_000, 0],
            ["lane_sum", [101], 30_000, 0],
        ],
    ],
    ids=["broadcast", "fsum", "onehot", "lanes", "copies", "chain", "stack"],
)
def test_large_programs_run(worker, instructions):
    program = saved(1, [], instructions, [len(instructions)])
    assert worker.ask(json.dumps(program), [0.5]) == "runs"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": 1 << 40}, r"inputs is 1099511627776, not a whole number from 0 to"),
        ({"instructions": [["broadcast", [0], 1 << 40, 0]]}, r"instructions\[0\] \(broadcast\) lanes"),
        ({"instructions": [["add", [0, 2]]]}, r"instructions\[0\] \(add\) reads value 2: only 2 values"),
        ({"instructions": [["add", [1, 0]], ["mul", [3, 0]]]}, r"instructions\[1\] \(mul\) reads value 3"),
        ({"instructions": [["add", [0]]]}, r"instructions\[0\] gives add 1 operand\(s\): it takes 2"),
        ({"instructions": [["dot", [0, 0, 0]]]}, r"two lists of one length"),
        (
            {"instructions": [["broadcast", [0], 3, 0], ["add", [2, 0]]]},
            r"instructions\[1\] \(add\) has 0 lanes",
        ),
        ({"instructions": [["broadcast", [0], 3, 0], ["pick", [2], 3, 3]]}, r"names lane 3 of 3"),
        ({"instructions": [["stack", [0, 0], 3, 0]]}, r"has 2 operand\(s\) for 3 lanes"),
        ({"instructions": [["broadcast", [0], 3, 0]], "outputs": [2]}, r"outputs\[0\] has lanes"),
        ({"instructions": [["frobnicate", [0]]]}, r"'frobnicate'.*autograd\.primitive"),
        ({"instructions": [["stack", {"start": 0, "stop": 1 << 50, "step": 1}, 2, 0]]}, r"no range"),
        ({"constants": ["0x1p99999"]}, r"constants\[0\] is '0x1p99999'"),
        ({"outputs": [-1]}, r"outputs\[0\] is -1"),
        ({"arguments": ["dict", ["a", "a"], [["leaf"], ["leaf"]]], "inputs": 2}, r"arguments"),
        ({"arguments": ["tuple", [["tuple", [["leaf"], ["leaf"]]]]]}, r"arguments has places for 2"),
    ],
    ids=str,
)
def test_what_is_wrong_and_where(change, message):
    program = {**saved(1, [2.0], [["add", [0, 1]]], [0]), **change}
    with pytest.raises(ProgramError, match=message):
        Program.from_json(json.dumps(program))
