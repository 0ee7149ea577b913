"""Mutation testing of the engine with mutmut: `python tests/mutate.py [group ...]`, from the root; not in CI.

Each group of files is mutated in a copy of its own (build/mutation/GROUP), in plain Python, and run against
the tests of its room. A later call goes on where the last one stopped; `--again` tries the survivors again,
after new tests, `--fresh` forgets everything. Prints one line a file; `--write` puts the table into
tests/mutation.md and says where the survivors named there are not those that were measured.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "tests" / "mutation.md"
WORK = ROOT / "build" / "mutation"

ENGINE = [
    *("test_graph*.py", "test_engine_programs.py"),
    *("test_transforms_results.py", "test_transforms_checkpoint.py"),
]
# What is mutated, and by which tests it is held (those that run in a second or two, uncompiled).
GROUPS: dict[str, tuple[list[str], list[str]]] = {
    "transforms": (["autograd/transforms.py"], ["test_transforms*.py"]),
    "primitives": (
        ["autograd/primitive_type.py", "autograd/primitives/*.py"],
        ["test_primitives*.py", "test_semantics.py", "test_accuracy.py"],
    ),
    "graph": (["autograd/graph.py"], ["test_graph*.py", "test_value_recording.py"]),
    "sweep": (["autograd/sweep.py"], [*ENGINE]),
    "pullback": (["autograd/pullback.py"], [*ENGINE]),
    "value": (["autograd/value.py"], ["test_value*.py", "test_micrograd.py", "test_engine_programs.py"]),
}
# Long, in processes of their own, or about time and memory, which mutmut's own detours spoil; but deep chains
# are what the freeing of nodes is about.
LONG = [
    *("test_orders_two_and_three", "test_a_deep_chain", "test_a_wide_sum", "test_deep_", "test_memory_grows"),
    *("test_bitwise_the_same_under_every_hash_seed", "test_order_is_topological", "test_compiled_programs"),
    *("test_an_interrupt", "test_a_failed_pickle", "test_a_dropped_graph", "test_every_transform_sees"),
]
DEEP = ["test_a_deep_chain", "test_deep_"]

# A mutant that never ends is a timeout after these seconds a test, and one that eats memory is stopped.
SECONDS = 30
CONFTEST = f"""

import resource
import signal

from autograd import modes

# Mutmut's detours are no code of the user's.
dirname = modes.dirname
modes.dirname = lambda path: modes.PACKAGE if "mutmut/mutation/" in path else dirname(path)
settings.register_profile("mutation", max_examples=30, deadline=None, derandomize=True, database=None,
                          phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
settings.load_profile("mutation")
resource.setrlimit(resource.RLIMIT_AS, (6 << 30, 6 << 30))
signal.signal(signal.SIGALRM, lambda signum, frame: os._exit(36))


def pytest_runtest_setup(item):
    signal.alarm({SECONDS} if "__mutmut_" in os.environ.get("MUTANT_UNDER_TEST", "") else 0)


def pytest_runtest_teardown(item):
    signal.alarm(0)


def pytest_collection_modifyitems(config, items):
    long = [item for item in items if item.name.startswith(LEFT_OUT)]
    config.hook.pytest_deselected(items=long)
    items[:] = [item for item in items if item not in long]
"""


FINALIZER = """import os
    setattr(Node, "__del__", lambda node: os.environ.get("MUTANT_UNDER_TEST") == "fail" or node.free())"""


# --- the copy, in a form that mutmut reaches ----------------------------------------------------------------


def exposed(source: str) -> str:
    """The same module with the lambdas of its tables and its decorated functions as plain functions.

    Mutmut mutates bodies of functions only, and no decorated ones. Nodes keep the finalizer that compiled
    ones have, as a method: mutmut makes every function fail once, and no finalizer may.
    """
    source = source.replace("def __del__(", "def free(").replace('delattr(Node, "__del__")', FINALIZER)
    lines = source.splitlines()
    before: dict[int, list[str]] = {}  # the functions to write above a statement, by its line
    after: dict[int, list[str]] = {}
    edits: list[tuple[ast.Lambda, str]] = []
    tree = ast.parse(source)
    for statement in tree.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Expr):
            for node, role in lambdas(statement):
                name = f"_{target(statement)}_{role}"
                body = ast.get_source_segment(source, node.body)
                before.setdefault(statement.lineno, []).extend(
                    [f"def {name}({ast.unparse(node.args)}):", f"    return ({body})"]
                )
                edits.append((node, name))
    removed: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            decorators = [ast.unparse(d) for d in node.decorator_list]
            if not decorators or decorators[0] in ("staticmethod", "classmethod", "overload"):
                continue
            removed.update(range(node.decorator_list[0].lineno, node.lineno))
            name, indent = node.name, " " * node.col_offset
            inner = name
            if decorators[0].endswith(".setter"):
                inner = f"{name}_setter"
                lines[node.lineno - 1] = lines[node.lineno - 1].replace(f"def {name}(", f"def {inner}(", 1)
            call = f"{'('.join(decorators)}({inner}{')' * len(decorators)}"
            # Inner functions are met later and may end on the same line: they come first.
            after.setdefault(node.end_lineno or 0, []).insert(0, f"{indent}{name} = {call}")
    for node, name in sorted(edits, key=lambda edit: -edit[0].lineno * 10_000 - edit[0].col_offset):
        first, last = node.lineno - 1, (node.end_lineno or 0) - 1
        head = lines[first].encode()[: node.col_offset].decode()
        tail = lines[last].encode()[node.end_col_offset :].decode()
        lines[first] = head + name + tail
        removed.update(range(first + 2, last + 2))
    text = []
    for number, line in enumerate(lines, 1):
        text += before.get(number, [])
        if number not in removed:
            text.append(line)
        text += after.get(number, [])
    return "\n".join(text) + "\n"


def lambdas(statement: ast.stmt) -> list[tuple[ast.Lambda, str]]:
    """The outermost lambdas of a statement, each with a name for what it is there."""
    found: list[tuple[ast.Lambda, str]] = []

    def look(node: ast.AST, role: str) -> None:
        if isinstance(node, ast.Lambda):
            found.append((node, f"{role}{sum(r.startswith(role) for _, r in found) or ''}"))
            return
        for field, child in ast.iter_fields(node):
            for i, item in enumerate(child if isinstance(child, list) else [child]):
                if isinstance(item, ast.keyword):
                    look(item.value, item.arg or role)
                elif isinstance(item, ast.AST):
                    roles = {1: "evaluate", 2: "partials"}
                    look(item, roles.get(i, role) if isinstance(node, ast.Call) and field == "args" else role)

    look(statement, "function")
    return found


def target(statement: ast.stmt) -> str:
    """The name a statement assigns to, or its line."""
    if isinstance(statement, ast.AnnAssign):
        return ast.unparse(statement.target)
    if isinstance(statement, ast.Assign):
        return ast.unparse(statement.targets[0])
    return f"line{statement.lineno}"


def prepare(group: str) -> Path:
    """Bring the copy up to date; mutmut keeps the results of functions that have not changed."""
    files, tests = GROUPS[group]
    copy = WORK / group
    chosen = {path for pattern in tests for path in (ROOT / "tests").glob(pattern)}
    mutated = {path for pattern in files for path in ROOT.glob(pattern)}
    for folder in ("autograd", "nn", "demos", "benchmarks", "tests"):
        for path in (ROOT / folder).rglob("*"):
            if not path.is_file() or path.suffix in (".so", ".pyc"):
                continue
            if path.name.startswith("test_") and path not in chosen:
                continue
            text = exposed(path.read_text("utf-8")).encode() if path in mutated else path.read_bytes()
            if path == ROOT / "tests" / "conftest.py":
                left_out = [name for name in LONG if group != "graph" or name not in DEEP]
                text += CONFTEST.replace("LEFT_OUT", repr(tuple(left_out))).encode()
            update(copy / path.relative_to(ROOT), text.replace(b"DEEP = 200_000", b"DEEP = 20_000"))
            if folder == "autograd" and path not in mutated:
                update(copy / "mutants" / path.relative_to(ROOT), text)
    settings = (ROOT / "pyproject.toml").read_text("utf-8").replace('"--doctest-modules", ', "")
    settings += (
        f'\n[tool.mutmut]\nsource_paths = ["autograd"]\nonly_mutate = {json.dumps(files)}\n'
        'pytest_add_cli_args_test_selection = ["tests"]\n'  # always the same, or all results are void
        f"pytest_add_cli_args = {json.dumps(['-p', 'no:cacheprovider'])}\n"
        'also_copy = ["nn", "demos", "benchmarks", "tests", "pyproject.toml"]\n'
        "timeout_multiplier = 5.0\ntimeout_constant = 5.0\nuse_git_change_detection = false\n"
    )
    update(copy / "pyproject.toml", settings.encode())
    return copy


def update(path: Path, content: bytes) -> None:
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


# --- running and counting -----------------------------------------------------------------------------------


def run(group: str, again: bool, children: int) -> None:
    copy = prepare(group)
    if again:
        (copy / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)  # which tests reach what is new too
        for path in (copy / "mutants").rglob("*.meta"):
            meta = json.loads(path.read_text("utf-8"))
            codes = meta["exit_code_by_key"]
            meta["exit_code_by_key"] = {
                key: code if status(code) in ("killed", "timeout") else None for key, code in codes.items()
            }
            path.write_text(json.dumps(meta), "utf-8")
    environment = dict(os.environ, AUTOGRAD_PLAIN="1")
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(children)]
    subprocess.run(command, cwd=copy, env=environment, check=True)


def status(code: int | None) -> str:
    """What an exit code of mutmut's means."""
    if code is None:
        return "not run"
    if code in (1, 3):
        return "killed"
    if code in (24, -24, 36, 152, 255, -9, -11):
        return "timeout"
    return "no tests" if code in (5, 33) else "survived"


def results() -> dict[str, dict[str, str]]:
    """What became of every mutant, by file."""
    found = {}
    for group in GROUPS:
        for path in sorted((WORK / group / "mutants").rglob("*.meta")):
            codes = json.loads(path.read_text("utf-8"))["exit_code_by_key"]
            if codes:
                name = str(path.relative_to(WORK / group / "mutants"))[: -len(".meta")]
                found[name] = {mutant: status(code) for mutant, code in codes.items()}
    return found


def function(mutant: str) -> str:
    """The function a mutant is of: "Value.__add__" or "pullback"."""
    name = mutant.rpartition("__mutmut_")[0].rpartition(".")[2]
    return name.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")


def table(found: dict[str, dict[str, str]]) -> str:
    """The figures of every file and of all, as Markdown; what runs out of time counts as killed."""
    kinds = ["killed", "timeout", "survived", "no tests", "not run"]
    rows = [(name, Counter(mutants.values())) for name, mutants in found.items()]
    rows.append(("all", sum([counts for _, counts in rows], Counter())))
    text = f"| file | mutants | {' | '.join(kinds[:4])} | killed, % |\n| --- |{' ---: |' * 6}\n"
    for name, counts in rows:
        dead = counts["killed"] + counts["timeout"]
        numbers = " | ".join([str(counts[kind]) for kind in kinds[:4]])
        text += f"| {name} | {counts.total()} | {numbers} | {100 * dead / max(counts.total(), 1):.1f} |\n"
        if counts["not run"]:
            print(f"{name}: {counts['not run']} not run")
    return text


def write(found: dict[str, dict[str, str]]) -> None:
    """Put the table into the report; say where its list of survivors is not what was measured."""
    text = REPORT.read_text("utf-8")
    text = re.sub(r"(?s)(<!-- figures -->\n).*(<!-- end -->)", lambda m: f"{m[1]}{table(found)}{m[2]}", text)
    REPORT.write_text(text, "utf-8")
    for name, mutants in found.items():
        living = Counter([function(m) for m, what in mutants.items() if what in ("survived", "no tests")])
        section = text.partition(f"### {name}\n")[2].partition("\n##")[0]
        listed = Counter({f: int(n) for f, n in re.findall(r"^- `(.+?)` (\d+)", section, re.MULTILINE)})
        for f in sorted(living | listed):
            if living[f] != listed[f]:
                print(f"{name}: {f} has {living[f]} survivors, {listed[f]} listed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("groups", nargs="*", metavar="group", help=f"of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--again", action="store_true", help="try the survivors again")
    parser.add_argument("--fresh", action="store_true", help="begin anew")
    parser.add_argument("--write", action="store_true", help="write the table into tests/mutation.md")
    parser.add_argument("--children", type=int, default=1, help="mutants at a time")
    options = parser.parse_args()
    for chosen in options.groups or GROUPS:
        if options.fresh:
            shutil.rmtree(WORK / chosen, ignore_errors=True)
        run(chosen, options.again, options.children)
    measured = results()
    print(table(measured))
    if options.write:
        write(measured)
