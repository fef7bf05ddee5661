"""What can a compiled callback reach? Read from its optimised machine-independent code (LLVM IR).

Numba wraps every ``cfunc`` in code that takes the GIL and prints, should the function have raised.
Whether it can raise is for LLVM to say: with the callback as the only door, constants carried
across calls remove whatever no input can reach. What is left is looked at, call by call.
"""

import re

import llvmlite.binding as llvm

from astrodrum_live.rt.reachable import reachable

_ALLOWED = re.compile(
    r"llvm\.[\w.]+"  # intrinsics: instructions, or the functions below
    r"|(exp|exp2|log|log2|sin|cos|tan|sincos|pow|sqrt|rint|floor|ceil|fabs|fmin|fmax)f?"
    r"|__svml_\w+"  # the vector forms of these, where Intel's library is installed
    r"|mem(cpy|move|set)"
    r"|clock_gettime|QueryPerformanceCounter"
)


def forbidden_calls(callback) -> list[str]:
    """Everything a numba ``cfunc`` can call that has no place in a real-time thread; [] if fit.

    A call through an address counts as forbidden: nobody can say where it leads.
    Thread: any. Realtime-safe: no (seconds).
    """
    module = reachable(callback)
    called = {_callee(call) for call in _calls(module)}
    defined = {function.name for function in module.functions if not function.is_declaration}
    return sorted(name for name in called - defined if not _ALLOWED.fullmatch(name))


def _calls(module: llvm.ModuleRef):
    for function in module.functions:
        for block in function.blocks:
            for instruction in block.instructions:
                if instruction.opcode in ("call", "invoke", "callbr"):
                    yield instruction


def _callee(call: llvm.ValueRef) -> str:
    *_, callee = call.operands
    if callee.value_kind == llvm.ValueKind.function:
        return callee.name
    return f"an address ({callee.value_kind.name}): {str(callee).strip()[:80]}"
