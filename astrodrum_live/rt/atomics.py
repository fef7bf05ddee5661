"""Acquire and release on int64 array elements, for rings shared between threads and processes.

Plain loads and stores may be reordered by the compiler and by Arm processors; these may not.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic


@intrinsic
def load_acquire(typingctx, array, index):
    """``array[index]``, such that what its writer wrote before is visible.

    Thread: any. Realtime-safe: yes.
    """

    def codegen(context, builder, signature, args):
        pointer = _element(context, builder, signature, args)
        return builder.load_atomic(pointer, ordering="acquire", align=8)

    return types.int64(array, index), codegen


@intrinsic
def store_release(typingctx, array, index, value):
    """``array[index] = value``, after everything written before it.

    Thread: any. Realtime-safe: yes.
    """

    def codegen(context, builder, signature, args):
        pointer = _element(context, builder, signature, args)
        word = context.cast(builder, args[2], signature.args[2], types.int64)
        builder.store_atomic(word, pointer, ordering="release", align=8)
        return context.get_dummy_value()

    return types.void(array, index, value), codegen


@intrinsic
def exchange_if(typingctx, array, index, expected, value):
    """``array[index] = value`` if it is ``expected``, and whether it was: a lock's one step.

    Thread: any. Realtime-safe: yes.
    """

    def codegen(context, builder, signature, args):
        pointer = _element(context, builder, signature, args)
        old, new = (
            context.cast(builder, args[at], signature.args[at], types.int64) for at in (2, 3)
        )
        told = builder.cmpxchg(pointer, old, new, "acquire", "monotonic")
        return builder.extract_value(told, 1)

    return types.boolean(array, index, expected, value), codegen


@intrinsic
def fence(typingctx):
    """What is written (read) before stays before what is written (read) after.

    Both ends of a seqlock need it: a release store may be overtaken by later plain ones.
    Thread: any. Realtime-safe: yes.
    """

    def codegen(context, builder, signature, args):
        builder.fence("acq_rel")
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def pointer_after(typingctx, pointer, offset):
    """The voidptr ``offset`` bytes further on. Thread: any. Realtime-safe: yes."""

    def codegen(context, builder, signature, args):
        step = context.cast(builder, args[1], signature.args[1], types.int64)
        return builder.gep(args[0], [step], source_etype=ir.IntType(8))

    return types.voidptr(pointer, offset), codegen


@intrinsic
def prefetch(typingctx, array, index):
    """Ask for the cache line of ``array[index]``, which may lie beyond the array's end.

    Thread: any. Realtime-safe: yes.
    """

    def codegen(context, builder, signature, args):
        pointer = builder.bitcast(_element(context, builder, signature, args), cgutils.voidptr_t)
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, *[ir.IntType(32)] * 3])
        ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        read, keep, data = (ir.Constant(ir.IntType(32), word) for word in (0, 3, 1))
        builder.call(ask, [pointer, read, keep, data])
        return context.get_dummy_value()

    return types.void(array, index), codegen


def _element(context, builder, signature, args):
    array_type = signature.args[0]
    array = context.make_array(array_type)(context, builder, args[0])
    index = context.cast(builder, args[1], signature.args[1], types.intp)
    return cgutils.get_item_pointer(context, builder, array_type, array, [index])
