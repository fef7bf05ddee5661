"""What of a compiled function's machine-independent code (LLVM IR) its entry point can reach."""

import llvmlite.binding as llvm

_ROUNDS = 2  # a branch found dead makes its callers' results constant


def reachable(cfunc, named: str | None = None) -> llvm.ModuleRef:
    """The module of a numba ``cfunc`` without what its C entry point cannot reach.

    The entry point is called ``named``, or as numba called it. Thread: any. Realtime-safe: no.
    """
    # the module that others would link with: unlike the final one it survives numba's cache
    module = llvm.parse_assembly(str(cfunc._library._get_module_for_linking()))
    for symbol in [*module.functions, *module.global_variables]:
        if not symbol.is_declaration:
            symbol.linkage = "internal"
    entry = module.get_function(cfunc.native_name)
    entry.linkage = "external"
    entry.name = named or cfunc.native_name
    tuning = llvm.create_pipeline_tuning_options(speed_level=2)
    builder = llvm.create_pass_builder(cfunc._library._codegen._tm, tuning)
    passes = llvm.create_new_module_pass_manager()
    for _ in range(_ROUNDS):
        passes.add_ipsccp_pass()
        passes.add_simplify_cfg_pass()
    passes.add_global_dead_code_eliminate_pass()
    passes.run(module, builder)
    return module
