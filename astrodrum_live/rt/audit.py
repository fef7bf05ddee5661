"""What can a compiled callback reach? Read from its optimised machine-independent code (LLVM IR).

Numba wraps every ``cfunc`` in code that takes the GIL and prints, should the function have raised.
Whether it can raise is for LLVM to say: with the callback as the only door, constants carried
across calls remove whatever no input can reach. What is left is looked at, call by call.
"""

import re

import llvmlite.binding as llvm

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
    module = _reachable(callback)
    called = {_callee(call) for call in _calls(module)}
    defined = {function.name for function in module.functions if not function.is_declaration}
    return sorted(name for name in called - defined if not _ALLOWED.fullmatch(name))


def _reachable(callback) -> llvm.ModuleRef:
    """The callback's module without what its C entry point cannot reach."""
    # the module that others would link with: unlike the final one it survives numba's cache
    module = llvm.parse_assembly(str(callback._library._get_module_for_linking()))
    for symbol in [*module.functions, *module.global_variables]:
        if not symbol.is_declaration:
            symbol.linkage = "internal"
    module.get_function(callback.native_name).linkage = "external"
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    builder = llvm.create_pass_builder(_machine(), tuning)
    passes = llvm.create_new_module_pass_manager()
    for _ in range(2):  # a branch found dead makes its callers' results constant
        passes.add_ipsccp_pass()
        passes.add_simplify_cfg_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
    return module


def _machine() -> llvm.TargetMachine:
    llvm.initialize_native_target()
    return llvm.Target.from_default_triple().create_target_machine()


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
