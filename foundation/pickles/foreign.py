"""Names in pickles that no network of the published programs needs.

Snapshots of other programs hold classes of their own beside what is wanted: a discriminator, a logger, an exponential
average. Nothing of them is imported or called; they become inert records. What could only be meant to run, a name of
Python's library or a function, is refused, because no network needs it.
"""

import sys
from typing import Any

from foundation.pickles.errors import CorruptFileError, UnsafePickleError
from foundation.pickles.machine import Allowed, Constructor
from foundation.pickles.records import Record

_PYTHON = sys.stdlib_module_names | {"__builtin__", "copy_reg", "cPickle", "nt", "posix", "ntpath", "exceptions"}
"""Top-level modules of Python, of all systems and of Python 2."""
_LIBRARIES = frozenset({"torch", "numpy", "dnnlib", "torch_utils", "torchvision", "scipy", "gan", "foundation", "viz"})
"""Packages of which classes in some places only are left inert."""
_CLASSES = ("torch.nn.", "torch.optim.", "torch.utils.data.", "torchvision.models.", "torchvision.ops.")
_INERT = frozenset(
    {
        "argparse.Namespace",
        "types.SimpleNamespace",
        "collections.deque",
        "datetime.date",
        "datetime.datetime",
        "datetime.timedelta",
        "pathlib.Path",
        "pathlib.PosixPath",
        "pathlib.PurePath",
        "pathlib.PurePosixPath",
        "pathlib.PureWindowsPath",
        "pathlib.WindowsPath",
        "pathlib._local.PosixPath",
        "pathlib._local.WindowsPath",
        "uuid.UUID",
        "decimal.Decimal",
        "fractions.Fraction",
        "torch.Tensor",
        "torch.Generator",
        "torch.nn.parameter.Parameter",
        "torch._utils._rebuild_sparse_tensor",
        "torch._utils._rebuild_qtensor",
        "torch._utils._rebuild_device_tensor_from_numpy",
        "torch._utils._rebuild_meta_tensor_no_storage",
        "torch.serialization._get_layout",
        "numpy.random._pickle.__randomstate_ctor",
        "numpy.random._pickle.__generator_ctor",
        "numpy.random._pickle.__bit_generator_ctor",
        "numpy.random._mt19937.MT19937",
    }
)
"""Harmless objects that programs keep with their networks: arguments, paths, dates, states of random numbers."""
_TYPES = ("object", "dict", "list", "tuple", "int", "float", "str", "bool", "complex", "slice", "range", "type")
_SUSPECT = frozenset({"builtins.getattr", "__builtin__.getattr", "functools.partial"})
"""Names that both modules of other programs and hostile files hold."""


class Foreign:
    """Substitutes of the names that are not on the list of the published networks.

    Attributes:
        names: The foreign classes that the file names, in order.
        suspects: Names that would be refused if the file held no network.
    """

    def __init__(self) -> None:
        self.names: list[str] = []
        self.suspects: list[str] = []

    def find(self, full: str) -> Constructor:
        """The substitute of a name.

        Raises:
            UnsafePickleError: it is of Python's library, or a function of a library.
        """
        short = full.removeprefix("builtins.").removeprefix("__builtin__.")
        if full in ("copyreg._reconstructor", "copy_reg._reconstructor"):
            return _reconstructed
        if full == "collections.defaultdict":
            return lambda args: {}
        if full == "torch._tensor._rebuild_from_type_v2":
            return _rebuilt
        if full == "dill._dill._create_array":
            return _array_of_dill
        if full in _INERT or (short in _TYPES and short != full):
            return lambda args: Record(full, args)
        if full in _SUSPECT:
            self.suspects.append(full)
            return lambda args: Record(full, args)
        top, last = full.partition(".")[0], full.rpartition(".")[2]
        is_class = last.isidentifier() and last.lstrip("_")[:1].isupper()
        library = top in _LIBRARIES and not (is_class and full.startswith(_CLASSES))
        if top in _PYTHON or library or not full.isprintable() or not last.isidentifier():
            raise self.refusal(full)
        if is_class:
            self.names.append(full)
            return lambda args: Record(full, args)

        def refuse(args: tuple[Any, ...]) -> Any:
            raise self.refusal(full)

        return refuse  # a function may be an attribute, but is never called

    def refusal(self, full: str) -> UnsafePickleError:
        """The error of a name that is refused: it names the first suspect."""
        return UnsafePickleError(self.suspects[0] if self.suspects else full)


def _reconstructed(args: tuple[Any, ...]) -> Any:
    """An object of protocol 0 or 1: (class, base, state of the base)."""
    if len(args) != 3 or not isinstance(args[0], Allowed) or not isinstance(args[1], Allowed):
        raise CorruptFileError("The file makes an object in a way that makes no sense; copy or download it again.")
    return args[0].construct(())


def _rebuilt(args: tuple[Any, ...]) -> Any:
    """A tensor of a class of its own, or with attributes: (function, class, its arguments, state)."""
    if len(args) != 4 or not isinstance(args[0], Allowed) or not isinstance(args[2], tuple):
        raise CorruptFileError("The file describes a tensor in a way that makes no sense; copy or download it again.")
    return args[0].construct(args[2])


def _array_of_dill(args: tuple[Any, ...]) -> Any:
    """A numpy array as dill writes it: (function, its arguments, state, attributes)."""
    if len(args) != 4 or not isinstance(args[0], Allowed) or not isinstance(args[1], tuple):
        raise CorruptFileError("The file describes an array in a way that makes no sense; copy or download it again.")
    array = args[0].construct(args[1])
    if not hasattr(array, "set_state"):
        raise CorruptFileError("The file describes an array in a way that makes no sense; copy or download it again.")
    array.set_state(args[2])
    return array
