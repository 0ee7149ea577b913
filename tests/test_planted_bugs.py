"""Known bugs, planted one at a time in a copy of the engine: the public checks find each within 300 examples.

And they never accuse the copy without a bug; test_testing_accusations.py asks 20,000 programs more.
"""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from tests.planted import planted

WITHIN = 300
HURRY = settings(
    max_examples=WITHIN,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Bug(NamedTuple):
    name: str
    check: str
    module: str
    old: str
    new: str


CHOOSING = "autograd.primitives.choosing"
ARITHMETIC = "autograd.primitives.arithmetic"
ELEMENTARY = "autograd.primitives.elementary"
SEVERAL = "autograd.primitives.several"
HAND = "                    left.grad_ += cotangent * node.dleft\n"
READY = "                    if left.mark == base and left.primitive is not None:\n"
RIGHT = "                    right.grad_ +="

BUGS = [
    Bug("overwrite-left", "programs", "autograd.sweep", HAND, HAND.replace("+=", "=")),
    Bug(
        "set-of-parents",
        "programs",
        "autograd.sweep",
        RIGHT,
        RIGHT.replace("right.grad_ +=", "right.grad_ += 0.0 if right is left else"),
    ),
    Bug(
        "handed-on-too-early",
        "programs",
        "autograd.sweep",
        HAND + "                    left.mark -= 1\n" + READY,
        HAND
        + "                    left.mark -= 1\n"
        + READY.replace("left.mark == base", "left.mark >= base"),
    ),
    Bug(
        "extra-operand-dropped",
        "programs",
        "autograd.sweep",
        "                    given = extra.partials\n",
        "                    given = extra.partials[:-1]\n",
    ),
    Bug(
        "partial-off-by-a-ten-millionth",
        "primitives",
        ELEMENTARY,
        'Primitive("expm1", special.expm1, lambda z, x: exp(x)',
        'Primitive("expm1", special.expm1, lambda z, x: exp(x) * (1.0 + 1e-7)',
    ),
    Bug(
        "square-of-the-result",
        "primitives",
        ARITHMETIC,
        "lambda z, x: 2.0 * x, lower",
        "lambda z, x: 2.0 * z, lower",
    ),
    Bug(
        "sign-of-the-right-operand",
        "arithmetic",
        "autograd.value",
        "return record2(sub, self.number - other.number, self, other, 1.0, -1.0)",
        "return record2(sub, self.number - other.number, self, other, -1.0, 1.0)",
    ),
    Bug(
        "constant-divided-by-a-value",
        "arithmetic",
        "autograd.value",
        "return record2(div, z, None, self, y, -float_div(z, self.number))",
        "return record2(div, z, None, self, y, -float_div(y, self.number))",
    ),
    Bug(
        "operands-of-atan2-swapped",
        "primitives",
        SEVERAL,
        "    return unit(unit(x, length), length), -unit(unit(y, length), length)\n",
        "    return unit(unit(y, length), length), -unit(unit(x, length), length)\n",
    ),
    Bug(
        "second-order-term-missing",
        "primitives",
        ELEMENTARY,
        'Primitive("expm1", special.expm1, lambda z, x: exp(x)',
        'Primitive("expm1", special.expm1, lambda z, x: special.exp(float(getattr(x, "number", x)))',
    ),
    Bug(
        "pullback-overwrites",
        "programs",
        "autograd.pullback",
        "found[key] = found[key] + cotangent if key in found else cotangent",
        "found[key] = cotangent",
    ),
    Bug(
        "slope-at-a-kink",
        "kinks",
        CHOOSING,
        '"abs", abs, lambda z, x: sign(x)',
        '"abs", abs, lambda z, x: 1.5 * sign(x + 1e-300)',
    ),
    Bug(
        "slope-beside-a-kink",
        "kinks",
        CHOOSING,
        '        lambda z, x: above(x, 0.0),\n        "ReLU"',
        '        lambda z, x: above(x, 0.0) - equal(x, 0.0),\n        "ReLU"',
    ),
    Bug(
        "stale-capture",
        "machine",
        "autograd.sweep",
        HAND,
        HAND.replace(
            "node.dleft",
            '(node.right.number if node.right is not None and node.primitive.name == "mul" else node.dleft)',
        ),
    ),
    Bug(
        "second-sweep-forgets-the-first",
        "machine",
        "autograd.sweep",
        "                    node.grad_ = grad + node.grad_\n",
        "                    pass\n",
    ),
    Bug(
        "interior-gradients-pile-up",
        "machine",
        "autograd.sweep",
        "        node.grad_ = -0.0  # the one number that adds to every other without a trace\n",
        "        node.grad_ = -0.0 if leaf else node.grad_\n",
    ),
    Bug(
        "no-grad-records",
        "machine",
        "autograd.value",
        '    if "no_grad" in here:',
        '    if "nothing" in here:',
    ),
    Bug(
        "copies-swap-partials",
        "machine",
        "autograd.value",
        "        captured = iter(partials)\n",
        "        captured = iter(partials[::-1])\n",
    ),
    Bug(
        "seed-ignored",
        "machine",
        "autograd.value",
        'backward([self], [as_float(seed, "backward\'s seed")])',
        "backward([self], [1.0])",
    ),
]


class Checks:
    """The public checks of the package that is imported now; `tried` counts their examples."""

    def __init__(self) -> None:
        from autograd import PRIMITIVES
        from autograd.testing import EngineMachine, gradcheck, strategies

        self.table, self.gradcheck, self.strategies = PRIMITIVES, gradcheck, strategies
        self.machine_class = EngineMachine
        self.tried = 0

    def programs(self) -> None:
        self._programs(None)

    def arithmetic(self) -> None:
        self._programs(("add", "sub", "mul", "div"))

    def _programs(self, primitives) -> None:
        @HURRY
        @given(self.strategies.programs(primitives=primitives))
        def check(program):
            self.tried += 1
            with suppress(RuntimeError):  # StaleGraphError: the engine's own alarm is no finding of the check
                self.gradcheck(program, program.inputs, order=2)
            self.gradcheck(program, program.inputs)

        check()

    def primitives(self) -> None:
        for primitive in self.strategies._table(None, False):
            self._primitive(primitive)

    def _primitive(self, primitive) -> None:
        @settings(HURRY, max_examples=WITHIN // 100)
        @given(self.strategies.points(primitive))
        def check(point):
            self.tried += 1
            self.gradcheck(primitive, point, order=2)

        check()

    def kinks(self) -> None:
        kinked = [p for p in self.table.values() if p.kinks and p.arity == 1 and p.name != "sign"]

        @HURRY
        @given(st.data(), st.sampled_from(kinked))
        def check(data, primitive):
            self.tried += 1
            point = data.draw(self.strategies.points(primitive, "kink"))
            self.gradcheck(primitive, point, kinks="subgradient")

        check()

    def machine(self) -> None:
        checks = self

        class Machine(self.machine_class):
            primitives = ("mul", "add", "div", "exp", "fsum")
            features = self.machine_class.features - {"pullback"}  # which has an alarm of its own

            def __init__(self):
                checks.tried += 1
                super().__init__()

        run_state_machine_as_test(Machine, settings=settings(HURRY, stateful_step_count=30))


@pytest.mark.parametrize("bug", BUGS, ids=[bug.name for bug in BUGS])
def test_is_found(bug):
    with planted(bug.module, bug.old, bug.new):
        checks = Checks()
        try:
            getattr(checks, bug.check)()
        except AssertionError:  # GradcheckError of the copy among them
            assert checks.tried <= WITHIN
        else:
            pytest.fail(f"not found in {checks.tried} examples")
        print(f"{bug.name}: found after {checks.tried} examples of {bug.check}")


@pytest.mark.parametrize("check", ["programs", "primitives", "kinks", "machine"])
def test_the_copy_itself_is_not_accused(check):
    with planted():
        checks = Checks()
        getattr(checks, check)()
    assert checks.tried >= 5


SHRINKING = settings(HURRY, max_examples=2_000, phases=[Phase.generate, Phase.shrink])


@pytest.mark.parametrize(
    "name", ["overwrite-left", "set-of-parents", "pullback-overwrites", "extra-operand-dropped"]
)
def test_what_finds_a_bug_shrinks_to_five_operations(name):
    (bug,) = [bug for bug in BUGS if bug.name == name]
    with planted(bug.module, bug.old, bug.new):
        checks = Checks()

        def accused(program):
            try:
                checks.gradcheck(program, program.inputs, order=2)
            except AssertionError:
                return True
            return False

        found = find(checks.strategies.programs(), accused, settings=SHRINKING)
        source = str(found)
    assert 1 <= len(found.steps) <= 5
    assert source.startswith("def program(")
