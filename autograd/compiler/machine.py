"""Programs as machine code: the border to llvmlite."""

from __future__ import annotations

import ctypes
import ctypes.util
import sys
from array import array
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from autograd.compiler import adapter
from autograd.compiler.callbacks import guarded, raise_failure
from autograd.compiler.compact import CompactAssembly, suits
from autograd.compiler.emit import callback
from autograd.compiler.expand import expanded
from autograd.compiler.program import Program
from autograd.compiler.straight import Assembly
from autograd.compiler.structure import LEAF, Structure
from autograd.errors import MissingExtraError
from autograd.primitive_type import find

_LOCK: Final = Lock()
_KNOWN: Final[dict[str, Any]] = {}  # symbols LLVM may resolve, and the ctypes objects that keep them alive
_CALLBACK: Final = ctypes.CFUNCTYPE(ctypes.c_double, ctypes.POINTER(ctypes.c_double), ctypes.c_int64)


def binding() -> Any:
    """llvmlite's binding; MissingExtraError where it is not installed."""
    try:
        import llvmlite.binding as llvm
    except ImportError:
        raise MissingExtraError("llvmlite", "jit") from None
    if "ready" not in _KNOWN:
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        _KNOWN["ready"] = llvm
    return llvm


def lane_width() -> int:
    """How many doubles a vector register of this machine holds."""
    if "width" not in _KNOWN:
        features = binding().get_host_cpu_features()
        _KNOWN["width"] = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
    width: int = _KNOWN["width"]
    return width


def _library() -> ctypes.CDLL:
    if sys.platform == "win32":
        return ctypes.CDLL("ucrtbase")
    return ctypes.CDLL(ctypes.util.find_library("m") or None)


def _resolve(llvm: Any, symbols: set[str], callbacks: set[str]) -> None:
    """Tell LLVM where C's functions and the callbacks live."""
    primitives = {callback(name): find(name) for name in callbacks}
    with _LOCK:
        for symbol, primitive in primitives.items():
            if symbol not in _KNOWN:
                function = _CALLBACK(guarded(primitive.evaluate))
                _KNOWN[symbol] = function, primitive  # both live on, so that the symbol stays theirs
                llvm.add_symbol(symbol, ctypes.cast(function, ctypes.c_void_p).value)
        for symbol in symbols:
            if symbol in _KNOWN:
                continue
            function = getattr(_library(), symbol.removesuffix(".1"))
            _KNOWN[symbol] = function
            llvm.add_symbol(symbol, ctypes.cast(function, ctypes.c_void_p).value)


def compile_text(text: str, opt: int = 2, optimise: bool = False) -> Any:
    """An LLVM engine that holds the module's machine code; `optimise` runs LLVM's passes over it first."""
    llvm = binding()
    with _LOCK:
        module = llvm.parse_assembly(text)
        machine = target(opt)
        if optimise:
            builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options(speed_level=2))
            builder.getModulePassManager().run(module, builder)
        engine = llvm.create_mcjit_compiler(module, machine)
        engine.finalize_object()
    return engine


def target(opt: int) -> Any:
    """This machine as LLVM's target."""
    llvm = binding()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=llvm.get_host_cpu_features().flatten(), opt=opt, jit=True
    )


class Machine:
    """The machine code of one program, and a workspace to run it in."""

    def __init__(self, program: Program, fast: bool = False) -> None:
        llvm = binding()
        program = expanded(program)
        compact = suits(program)
        if compact and any([i.name == "dot" for i in program.instructions]):
            program = expanded(program, compact)
        assembly: Assembly | CompactAssembly
        assembly = CompactAssembly(program, fast) if compact else Assembly(program, lane_width(), fast)
        symbols = set()
        for need, width in assembly.needs:
            name = need.rpartition("/")[0]
            if width == 1 and name and not name.startswith(("llvm.", "python.", "autograd.")):
                symbols.add(f"{name}.1")
        _resolve(llvm, symbols, assembly.callbacks)
        self.text = assembly.text
        # Lanes gain 2.4 times from LLVM's allocation of registers, single numbers a quarter; it costs five
        # times the compile time of the simplest code.
        most = 20_000 if any([i.lanes for i in program.instructions]) else 2_000
        if assembly.kernels:  # their tiles need the registers, however long the rest
            most = 100_000
        self.opt = 1 if compact or len(assembly.order) <= most else 0
        self.engine = compile_text(self.text, self.opt)
        self.address: int = self.engine.get_function_address("run")
        self.calls_back = bool(assembly.callbacks)
        self.size = assembly.size
        self.presets = assembly.presets
        self.tables = assembly.tables  # which the machine code reads
        self.inputs = program.inputs
        self.places = [assembly.address(i) for i in program.outputs]
        self.kernel = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(self.address)
        self.workspace, self.start = self.room()
        flat = ("list", (LEAF,) * program.inputs)
        self.native = self.callable(("tuple", (flat,)), ("list", (LEAF,) * len(self.places)))

    def room(self) -> tuple[Any, int]:
        """A new workspace, and where in it the numbers begin: at a cache line."""
        try:
            room = (ctypes.c_double * (self.size + 16))()
        except MemoryError:
            raise MemoryError(
                f"the program works on {self.size} numbers at once, {8 * self.size} bytes"
            ) from None
        start = (ctypes.addressof(room) + 63) // 64 * 64
        for place, x in self.presets:
            room[place + (start - ctypes.addressof(room)) // 8] = x
        return room, start

    def callable(self, arguments: Structure, results: Structure) -> Callable[..., Any] | None:
        """A C function from the arguments to the results, or None where C can't take them apart.

        It gives None for arguments of other types, and while another thread is in it.
        """
        if not (adapter.supported() and adapter.direct(arguments) and adapter.plain(results)):
            return None
        table = adapter.Adapter(self.address, self.start, self.places, arguments, results)
        native = table.function((self.engine, self.workspace, self.tables))
        if not self.calls_back:
            return native

        def checked(*operands: Any) -> Any:
            result = native(*operands)
            raise_failure()
            return result

        return checked

    def run(self, numbers: list[float]) -> list[float]:
        """The outputs for the inputs."""
        if self.native is not None:
            found: list[float] | None = self.native(numbers)
            if found is not None:
                return found
        room, start = self.room()
        values = (ctypes.c_double * self.size).from_address(start)
        for i, x in enumerate(numbers):
            values[i] = x
        self.kernel(start)
        raise_failure()
        found = [values[k] for k in self.places]
        del room  # held until here: the values are its memory
        return found

    @property
    def bytes(self) -> int:
        """The memory it takes, estimated: LLVM's module and code by the text, the workspace, the tables."""
        tables = sum([len(table) * table.itemsize for table in self.tables if isinstance(table, array)])
        return 100_000 + 5 * len(self.text) + 8 * self.size + tables

    @property
    def assembly(self) -> str:
        """The machine code in the target's assembly language."""
        llvm = binding()
        return str(target(self.opt).emit_assembly(llvm.parse_assembly(self.text)))
