"""The sweeps: accumulation, order, depth, interruption, threads, memory."""

from __future__ import annotations

import _thread
import gc
import math
import pickle
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import autograd
from autograd import Value, graph, sweep
from autograd.pullback import pullback

DEEP = 200_000


def test_leaves_accumulate_and_interior_nodes_are_swept_afresh():
    x = Value(3.0)
    y = x**2
    z = y**2
    z.backward()
    assert (x.grad, y.grad, z.grad) == (108.0, 18.0, 1.0)
    z.backward()
    assert (x.grad, y.grad, z.grad) == (216.0, 18.0, 1.0)
    y.backward(0.5)
    assert (x.grad, y.grad) == (219.0, 0.5)


def test_backward_on_a_leaf_adds_the_seed():
    x = Value(3.0)
    x.backward()
    assert x.grad == 1.0
    x.backward(2)
    assert x.grad == 3.0
    with pytest.raises(TypeError):
        x.backward("much")
    assert x.grad == 3.0


def test_shared_operands_are_counted_once_an_edge():
    x = Value(2.0)
    y = x
    for _ in range(40):
        y = y + y  # 2**40 paths, 80 edges
    y.backward()
    assert x.grad == 2.0**40


def test_gradients_never_computed_read_zero_and_say_so():
    x, y = Value(1.0), Value(2.0)
    z = x * 3
    assert (x.has_grad, x.grad) == (False, 0.0)
    (z * 0).backward()
    assert (x.has_grad, z.has_grad, y.has_grad) == (True, True, False)
    x.grad = 0.0
    assert not x.has_grad


def test_changing_data_never_mixes_old_and_new_numbers():
    x, y = Value(2.0), Value(5.0)
    z = x * y + x.exp()
    x.data, y.data = 100.0, 100.0
    z.backward()
    assert x.grad == 5.0 + math.exp(2.0)
    assert y.grad == 2.0
    with pytest.raises(autograd.StaleGraphError, match="mul"):
        pullback([x * y * 0 + z], [1.0], [x])


@given(seeds=st.lists(st.floats(-4, 4), min_size=2, max_size=2))
def test_several_roots_in_one_sweep_add_up(seeds):
    x, y = Value(1.25), Value(-0.5)
    a = x * y
    roots = [a + x, a * a]
    got = sweep.cotangents(roots, seeds, [x, y])
    expected = [0.0, 0.0]
    for root, seed in zip(roots, seeds, strict=True):
        for i, g in enumerate(sweep.cotangents([root], [seed], [x, y])):
            expected[i] += g
    assert got == pytest.approx(expected, abs=1e-12)


def test_cotangents_leave_every_gradient_alone():
    x, y = Value(2.0), Value(3.0)
    z = x * y
    z.backward()
    w = z * x
    assert sweep.cotangents([w], [1.0], [x, y]) == [12.0, 4.0]
    assert (x.grad, y.grad, z.grad, w.grad) == (3.0, 2.0, 1.0, 0.0)
    assert (x.has_grad, z.has_grad, w.has_grad) == (True, True, False)


def test_pullback_gives_the_bits_of_the_float_sweep_and_differentiable_results():
    x, y = Value(0.7), Value(-1.3)
    a = (x * y).tanh()
    z = a.exp() * x + a / y - (x - y).sigmoid()
    z.backward()
    gx, gy = pullback([z], [1.0], [x, y])
    assert (gx.data, gy.data) == (x.grad, y.grad)
    hxy = sweep.cotangents([gx], [1.0], [x, y])[1]
    hyx = sweep.cotangents([gy], [1.0], [x, y])[0]
    assert hxy == pytest.approx(hyx, rel=1e-12)


def chain(n):
    x = Value(1.0)
    y = x
    for _ in range(n):
        y = y * 1.0
    return x, y


def test_a_deep_chain_sweeps_pickles_copies_and_is_freed():
    import copy

    x, y = chain(DEEP)
    y.backward()
    assert x.grad == 1.0
    copied = copy.deepcopy(y)
    loaded = pickle.loads(pickle.dumps(y))
    assert copied.data == loaded.data == 1.0
    del copied, loaded, y
    (gx,) = pullback([chain(DEEP)[1]], [1.0], [x])
    assert gx == 0.0


def test_deep_chains_of_fused_nodes_and_of_second_operands_are_freed():
    y = Value(1.0)
    for i in range(DEEP):
        y = autograd.math.dot([y, 1.0], [1.0, 0.0]) if i % 2 else 1.0 * y
    y.backward()
    del y


def test_a_wide_sum():
    xs = [Value(1.0) for _ in range(DEEP)]
    total = sum(xs)
    total.backward()
    assert total.data == DEEP
    assert all(x.grad == 1.0 for x in xs)
    fused = autograd.math.fsum(xs)
    fused.backward()
    assert xs[0].grad == 2.0


def test_a_dropped_graph_is_gone_at_once():
    gc.disable()
    try:
        before = len(gc.get_objects())
        x, y = chain(10_000)
        y.backward()
        del x, y
        assert len(gc.get_objects()) - before < 100
        assert gc.collect() < 1000
    finally:
        gc.enable()


def test_deep_nesting_of_other_containers_frees_values():
    linked = None
    for i in range(100_000):
        linked = (Value(float(i)) * 2.0, linked)
    del linked


def test_no_cycle_is_left_for_the_collector():
    from weakref import ref

    class Mark:
        pass

    mark = Mark()
    x = Value(1.0)
    holder = [x * x, mark]
    alive = ref(mark)
    del mark
    gc.disable()
    try:
        holder[0].backward()
        del holder
        assert alive() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("after", [0.0005, 0.002, 0.005, 0.02])
def test_an_interrupt_in_a_sweep_leaves_the_next_one_right(after):
    """Compiled sweeps answer an interrupt only when done; plain ones stop wherever they are."""
    xs = [Value(float(i)) for i in range(20_000)]
    total = autograd.math.fsum(x * x for x in xs) + sum(xs)
    for x in xs[:5]:
        x.grad = 0.25
    timer = threading.Timer(after, _thread.interrupt_main)
    swept = 0
    try:
        timer.start()
        while True:
            total.backward()
            swept += 1
    except KeyboardInterrupt:
        pass
    timer.join()
    # Whole sweeps count, and at most one that ended as the interrupt came.
    done = (xs[7].grad) / (2 * 7.0 + 1)
    assert done in (swept, swept + 1)
    assert [x.grad for x in xs[5:]] == [done * (2 * x.data + 1) for x in xs[5:]]
    assert [x.grad for x in xs[:5]] == [0.25 + done * (2 * x.data + 1) for x in xs[:5]]
    before = [x.grad for x in xs]
    total.backward()
    assert [x.grad for x in xs] == [g + 2 * x.data + 1 for g, x in zip(before, xs, strict=True)]


@pytest.mark.parametrize("begin", [Value.backward, lambda z: sweep.cotangents([z], [1.0], [z])])
def test_a_sweep_within_a_sweep_of_the_same_thread_raises(begin):
    """A signal handler or a finalizer would wait for ever for the thread that it runs in."""
    z = Value(3.0) * 2
    sweep.SWEEPS.thread = _thread.get_ident()
    with sweep.LOCK, pytest.raises(RuntimeError, match="another of the same thread"):
        begin(z)
    begin(z)
    assert sweep.SWEEPS.thread == 0


def test_a_signal_handler_may_sweep():
    """Compiled sweeps let handlers in before and after only; in a plain one the handler's sweep raises."""
    import signal

    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = y * 1.0
    seen = []

    def handler(*_):
        try:
            (x * 2).backward()
            seen.append(2.0)
        except RuntimeError:
            seen.append(0.0)

    old = signal.signal(signal.SIGALRM, handler)
    swept = 0
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.005)
        while not seen:
            y.backward()
            swept += 1
    finally:
        signal.signal(signal.SIGALRM, old)
    assert x.grad == swept + seen[0]


def test_a_finalizer_may_sweep():
    """The collector may run one wherever memory is taken, also as a sweep begins."""

    class Cycle:
        def __init__(self):
            self.me = self

        def __del__(self):
            try:
                (Value(1.0) * 2).backward()
            except RuntimeError:
                refused.append(self.me is self)

    refused = []
    x = Value(1.0)
    y = x * 2
    thresholds = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(200):
            Cycle()
            y.backward()
    finally:
        gc.set_threshold(*thresholds)
    assert x.grad == 400.0


def test_threads_may_sweep_graphs_that_share_leaves():
    x = Value(2.0)
    roots = [x * float(i) for i in range(8)]
    for i in range(8):
        for _ in range(300):
            roots[i] = roots[i] * 1.0
    threads = [
        threading.Thread(target=lambda root=root: [root.backward() for _ in range(20)]) for root in roots
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert x.grad == 20.0 * sum(range(8))


def test_order_is_topological_and_the_same_in_every_process():
    code = (
        "from autograd import Value\n"
        "xs=[Value(0.1*i) for i in range(1,9)]\n"
        "ys=[(a*b).sin()/c for a in xs for b in xs for c in xs]\n"
        "sum(ys).backward(); print([x.grad.hex() for x in xs])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": str(seed), "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(4)
    }
    assert len(runs) == 1
    x = Value(1.0)
    root = (x * 2) + (x * 3).exp()
    order = graph.topological([root])
    for node in order:
        assert all(order.index(parent) < order.index(node) for parent in node.parents)


def test_backward_refuses_a_traced_value():
    x = Value(1.0)
    x.mark = -1
    with pytest.raises(autograd.TracedValueError, match=r"autograd\.grad"):
        x.backward()
    for read in (bool, float, int, round, math.floor):
        with pytest.raises(autograd.TracedValueError, match="where"):
            read(x)
