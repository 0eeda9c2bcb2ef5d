"""Code libraries of kernels, which leave out work that Numba does more than once.

Numba optimizes a function that other functions call three times: its body, its library, and each
library that it is linked into. It also writes machine code for it that nobody runs, since callers
take its intermediate code and optimize it together with their own. Here a function that only
compiled code calls keeps intermediate code after one cheap pass. The kernels that Python calls get
the full passes and machine code, as ever. A task with many inner kernels compiles in two thirds of
the time.

The classes extend `numba.core.codegen` and `numba.core.compiler` of Numba 0.68.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import binding
from numba.core.caching import CompileResultCacheImpl
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler, CompileResult


class KernelLibrary(JITCodeLibrary):
    """Code of one function and of those it calls."""

    def _optimize_functions(self, ll_module: Any) -> None:
        """Run the passes on functions with a body; Numba sets them up for each declaration too."""
        ll_module.data_layout = self._codegen._data_layout
        for function in ll_module.functions:
            if not function.is_declaration:
                passes, builder = self._codegen._function_pass_manager()
                passes.run(function, builder)


class InnerLibrary(KernelLibrary):
    """Intermediate code alone, to be linked into the libraries of callers."""

    @property
    def codegen(self) -> Any:
        """The object that gets the environment of the function, see `set_env`."""
        return self

    def set_env(self, name: str, env: Any) -> None:
        """Leave the environment to `set_environments` of the kernel that this one is linked into.

        There is no machine code yet that could read it.
        """

    def get_pointer_to_function(self, name: str) -> int:
        """Address of a function: 0, as Numba has it for one without machine code."""
        self._ensure_finalized()
        return 0

    def serialize_using_object_code(self) -> Any:
        """Name, kind and intermediate code; there is no object code."""
        return self.serialize_using_bitcode()

    @classmethod
    def deserialize(cls, codegen: Any, serialized: Any) -> "InnerLibrary":
        """Library from the result of `serialize_using_bitcode`."""
        name, _, bitcode = serialized
        library = cls(codegen, name)
        library._final_module = binding.parse_bitcode(bitcode)
        library._finalize_final_module()
        return library

    def _optimize_final_module(self) -> None:
        passes, builder = self._codegen._module_pass_manager(
            loop_vectorize=self._codegen._loopvect, slp_vectorize=False, opt=self._codegen._opt_level, cost="cheap"
        )
        passes.run(self._final_module, builder)

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._finalized = True


class InnerResults(CompileResultCacheImpl):
    """Compiled inner functions as the cache on disk keeps them."""

    def rebuild(self, target_context: Any, payload: Any) -> CompileResult:
        """Compile result from what `CompileResult._reduce` made of it."""
        library, fndesc, environment, signature, object_mode, lifted, annotation, initializers, environments = payload
        for initialize in initializers:
            initialize()
        library = InnerLibrary.deserialize(target_context.codegen(), library)
        return CompileResult(
            typing_context=target_context.typing_context,
            target_context=target_context,
            entry_point=target_context.get_executable(library, fndesc, environment),
            typing_error=None,
            type_annotation=annotation,
            signature=signature,
            objectmode=object_mode,
            lifted=lifted,
            fndesc=fndesc,
            library=library,
            call_helper=None,
            environment=environment,
            metadata=None,
            reload_init=initializers,
            referenced_envs=environments,
        )


class KernelCompiler(Compiler):
    """Numba's compiler, with a library of `library_class`."""

    library_class: type[KernelLibrary] = KernelLibrary

    def compile_extra(self, func: Callable[..., Any]) -> Any:
        """Compile a Python function."""
        self.state.library = self.library_class(self.state.targetctx.codegen(), func.__qualname__)
        self.state.library.enable_object_caching()
        return super().compile_extra(func)


class InnerCompiler(KernelCompiler):
    """Compiler of a function that only compiled code calls."""

    library_class = InnerLibrary


def set_environments(compiled: CompileResult) -> None:
    """Give a compiled kernel the environments of the functions that were linked into it.

    An environment holds what Numba cannot put into code, such as the arguments of some exceptions.
    """
    codegen = compiled.target_context.codegen()
    for env in compiled._find_referenced_environments():
        codegen.set_env(env.env_name, env)
