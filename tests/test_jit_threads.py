"""Compiled code in two threads at once, and exceptions and signals in Python that it calls back."""

import math
import signal
import sys
import threading

import pytest

from autograd import PRIMITIVES, Primitive, compiled, grad, jit, vmap
from autograd import math as m
from autograd.primitive_type import declare

pytest.importorskip("llvmlite")


@pytest.fixture
def own():
    """Declares primitives without a `lower`, which compiled code calls back for, and takes them away."""
    names = []

    def make(evaluate, name="own_for_jit"):
        names.append(name)
        return declare(Primitive(name, evaluate, lambda z, x: 1.0))

    yield make
    for name in names:
        del PRIMITIVES[name]


def run_in_threads(*works):
    failures = []
    start = threading.Barrier(len(works))

    def guarded(work):
        start.wait()
        try:
            work()
        except BaseException as problem:
            failures.append(problem)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def test_one_function_in_many_threads():
    f = jit(grad(lambda xs: sum(vmap(lambda x: m.exp(m.sin(x)) * x)(xs))))

    def work(n):
        xs = [0.1 * k * n for k in range(20)]
        wanted = jit(f.function)(xs)

        def check():
            for _ in range(50):
                assert f(xs) == wanted

        return check

    assert run_in_threads(*[work(n) for n in range(1, 5)]) == []


def test_threads_that_compile_different_functions():
    def work(n):
        def check():
            for k in range(4):
                f = jit(lambda x: m.exp(x) * (n + k) + m.gamma(x))  # noqa: B023
                assert f(2.0) == math.exp(2.0) * (n + k) + 1.0

        return check

    assert run_in_threads(*[work(n) for n in range(3)]) == []


def test_a_failure_stays_in_its_thread(own):
    def refuse(x):
        sys.setswitchinterval(1e-6)
        for _ in range(50):
            pass
        if x < 0.0:
            raise ArithmeticError("negative")
        return x

    picky = own(refuse)
    f = jit(lambda x: picky(x) * 2.0)
    raised = []

    def bad():
        for _ in range(200):
            try:
                f(-1.0)
            except ArithmeticError as problem:
                raised.append(problem)

    def good():
        for _ in range(200):
            assert f(1.0) == 2.0

    interval = sys.getswitchinterval()
    try:
        f(1.0)
        assert run_in_threads(bad, good) == []
    finally:
        sys.setswitchinterval(interval)
    assert len(raised) == 200


def test_the_first_of_many_failures_and_no_other_later(own):
    calls = []

    def refuse(x):
        calls.append(x)
        if x < 0.0:
            raise ArithmeticError(f"negative: {x}")
        return x

    picky = own(refuse)
    f = jit(lambda xs: vmap(picky)(xs))
    assert f([1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]
    calls.clear()
    with pytest.raises(ArithmeticError, match=r"negative: -1\.0"):
        f([1.0, -1.0, -2.0])
    assert calls == [1.0, -1.0]
    assert f([3.0, 2.0, 1.0]) == [3.0, 2.0, 1.0]


def test_compiled_code_that_calls_itself_back(own):
    depth = []

    def again(x):
        if len(depth) < 3:
            depth.append(x)
            return f(x + 1.0)
        return x

    inner = own(again)
    f = jit(lambda x: inner(x) + x)
    depth.extend([0.0] * 3)
    assert f(1.0) == 2.0
    depth.clear()
    assert f(1.0) == 4.0 + 4.0 + 3.0 + 2.0 + 1.0


def test_an_interrupt_in_python_called_back(own):
    def interrupt(x):
        if x > 1.0:
            raise KeyboardInterrupt
        return x

    interrupted = own(interrupt)
    f = jit(lambda x: interrupted(x))
    with pytest.raises(KeyboardInterrupt):
        f(2.0)
    assert f(1.0) == 1.0


@pytest.mark.skipif(not compiled or not hasattr(signal, "setitimer"), reason="needs the compiled engine")
def test_a_signal_between_two_callbacks_is_not_lost(own):
    class Alarm(Exception):
        pass

    def ring(*_):
        raise Alarm

    size = own(math.fabs)
    f = jit(lambda xs: m.fsum(vmap(size)(xs)))
    xs = [1.0] * 20_000
    assert f(xs) == 20_000.0

    def run():
        signal.setitimer(signal.ITIMER_REAL, 0.002)
        for _ in range(1000):
            assert f(xs) == 20_000.0

    before = signal.signal(signal.SIGALRM, ring)
    try:
        for _ in range(5):
            with pytest.raises(Alarm):
                run()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def test_two_functions_that_trace_each_other_in_two_threads():
    meet = threading.Barrier(2)
    first_time = [True, True]

    def f(x):
        if first_time[0]:
            first_time[0] = False
            meet.wait(20.0)
            return x + second(1.0)
        return x

    def g(x):
        if first_time[1]:
            first_time[1] = False
            meet.wait(20.0)
            return x + first(1.0)
        return x

    first, second = jit(f), jit(g)
    ended = []
    threads = [
        threading.Thread(target=lambda h=h: ended.append(h(3.0)), daemon=True) for h in (first, second)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20.0)
    assert len(ended) == 2
