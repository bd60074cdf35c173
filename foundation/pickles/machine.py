"""A restricted unpickler that only builds data.

The standard unpickler calls whatever a file names. This one is a small stack machine over the published opcodes: a name
that is not on the caller's allow-list ends the reading, a call runs one of our own constructors, and only dicts, lists,
sets and our own records can be filled. Claimed sizes are checked against the rest of the file before memory is
allocated, and the number of opcodes and the bytes of all that is made are bounded. Long runs of bytes stay in the file.
"""

import pickletools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

from foundation.pickles.errors import CorruptFileError, UnsafePickleError
from foundation.pickles.records import Record
from foundation.pickles.stream import BoundedReader, Budget

__all__ = ["Allowed", "BoundedReader", "Budget", "Constructor", "Machine", "Stateful", "checked_key"]

MAX_KEY = 2**53
"""Integers beyond this are refused as dictionary keys: keys made to collide would take hours to insert."""

Constructor = Callable[[tuple[Any, ...]], Any]
"""Builds a value from a file's arguments, and raises LoadError if they are invalid."""


@runtime_checkable
class Stateful(Protocol):
    """A record that accepts state from a pickle."""

    def set_state(self, state: Any) -> None:
        """Store `state`, or raise LoadError."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """A global of the allow-list on the stack: a name and its substitute."""

    name: str
    construct: Constructor


class _Mark:
    """Mark at the start of a group of values on the stack."""


_MARK = _Mark()
_UNKNOWN = {"INST", "OBJ", "STRING", "PERSID", "NEXT_BUFFER", "READONLY_BUFFER"}
_NUMBERS = {"INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"}
_TEXTS = {"BINSTRING", "SHORT_BINSTRING", "UNICODE", "SHORT_BINUNICODE", "BINUNICODE", "BINUNICODE8"}
_BYTES = {"BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"}
_LONG = {"BINSTRING": 4, "BINUNICODE": 4, "BINUNICODE8": 8, "BINBYTES": 4, "BINBYTES8": 8, "BYTEARRAY8": 8, "LONG4": 4}
"""Values of any length, and the size of the count before them in bytes."""
_VALUES = frozenset(_NUMBERS | _TEXTS | _BYTES)


class Machine:
    """Reads one pickle, or several that follow one another in the same stream.

    Args:
        allowed: Substitute of each global, by its full name such as `collections.OrderedDict`.
        persistent: Substitute of a persistent id; None refuses them.
        budget: Resource limit.
        foreign: Gives the substitute of a name that is not on the list, or raises UnsafePickleError; None refuses all.
    """

    def __init__(
        self,
        allowed: Mapping[str, Constructor],
        persistent: Constructor | None = None,
        budget: Budget | None = None,
        foreign: Callable[[str], Constructor] | None = None,
    ) -> None:
        self._allowed = allowed
        self._foreign = foreign
        self._persistent = persistent
        self._budget = budget or Budget()
        self._stack: list[Any] = []
        self._memo: dict[int, Any] = {}

    def load(self, stream: BoundedReader) -> Any:
        """The next pickle's value.

        Raises:
            UnsafePickleError: it names a global that is not on the list.
            CorruptFileError: it is cut short, damaged or out of bounds.
        """
        self._stack, self._memo = [], {}
        stack, budget, read = self._stack, self._budget, stream.read
        while True:
            position = stream.tell()
            try:
                argument, long, action = _STEPS[read(1)]
                if argument is not None:
                    arg = argument(stream)
                else:
                    arg = None if long is None else _long_value(long, stream, budget)
                budget.spend(1)
                if action is not None:
                    action(self, arg)
                elif argument is None and long is None:
                    return stack.pop()
                else:
                    stack.append(arg)
            except (ValueError, LookupError, OverflowError, TypeError) as error:
                raise CorruptFileError(
                    f"The file is cut short or damaged at byte {position}; copy or download it again."
                ) from error

    # -- Names and calls ----------------------------------------------------------------------------------------

    def _find(self, module: Any, name: Any) -> None:
        if not isinstance(module, str) or not isinstance(name, str):
            raise CorruptFileError("The file names a Python object by something that is no name; download it again.")
        full = f"{module}.{name}"
        construct = self._allowed.get(full)
        if construct is None:
            if self._foreign is None:
                raise UnsafePickleError(full)
            construct = self._foreign(full)
        self._stack.append(Allowed(full, construct))

    def _op_global(self, arg: tuple[str, str]) -> None:
        self._find(*arg)

    def _op_stack_global(self, _: None) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._find(module, name)

    def _op_ext1(self, code: int) -> None:
        raise UnsafePickleError(f"copyreg extension {code}")

    _op_ext2 = _op_ext1
    _op_ext4 = _op_ext1

    def _call(self, callee: Any, args: Any) -> None:
        if not isinstance(callee, Allowed) or not isinstance(args, tuple):
            raise CorruptFileError("The file calls something that cannot be called; copy or download it again.")
        self._stack.append(callee.construct(args))

    def _op_reduce(self, _: None) -> None:
        args, callee = self._stack.pop(), self._stack.pop()
        self._call(callee, args)

    _op_newobj = _op_reduce

    def _op_newobj_ex(self, _: None) -> None:
        keywords, args, callee = self._stack.pop(), self._stack.pop(), self._stack.pop()
        if not isinstance(keywords, dict) or keywords:
            raise CorruptFileError("The file makes an object from keywords, which no published network does.")
        self._call(callee, args)

    def _op_build(self, _: None) -> None:
        state, target = self._stack.pop(), self._stack[-1]
        if isinstance(target, Stateful):
            target.set_state(state)
        elif not isinstance(target, dict):
            raise CorruptFileError("The file sets attributes on something that has none; copy or download it again.")
        # Attributes of a dictionary (torch keeps version numbers there) are no part of a network's data.

    def _op_binpersid(self, _: None) -> None:
        arg = self._stack.pop()
        if self._persistent is None:
            raise CorruptFileError("The file refers to data outside itself; get the whole network from its source.")
        self._stack.append(self._persistent(arg if isinstance(arg, tuple) else (arg,)))

    # -- Containers ---------------------------------------------------------------------------------------------

    def _to_mark(self) -> list[Any]:
        stack = self._stack
        for index in range(len(stack) - 1, -1, -1):
            if stack[index] is _MARK:
                items = stack[index + 1 :]
                del stack[index:]
                return items
        raise IndexError("no mark on the stack")

    def _set_items(self, target: Any, items: list[Any]) -> None:
        if type(target) is Record:
            target = target.entries
        if type(target) is not dict or len(items) % 2:
            raise CorruptFileError("The file puts entries into something that is no dictionary; download it again.")
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[checked_key(key)] = value

    def _append_all(self, target: Any, items: list[Any]) -> None:
        if type(target) is Record:
            return  # a list of a class of its own holds no network
        if type(target) is not list:
            raise CorruptFileError("The file appends to something that is no list; copy or download it again.")
        target.extend(items)

    def _op_mark(self, _: None) -> None:
        self._stack.append(_MARK)

    def _op_pop(self, _: None) -> None:
        self._stack.pop()

    def _op_pop_mark(self, _: None) -> None:
        self._to_mark()

    def _op_dup(self, _: None) -> None:
        self._stack.append(self._stack[-1])

    def _op_none(self, _: None) -> None:
        self._stack.append(None)

    def _op_newtrue(self, _: None) -> None:
        self._stack.append(True)

    def _op_newfalse(self, _: None) -> None:
        self._stack.append(False)

    def _op_empty_dict(self, _: None) -> None:
        self._stack.append({})

    def _op_empty_list(self, _: None) -> None:
        self._stack.append([])

    def _op_empty_tuple(self, _: None) -> None:
        self._stack.append(())

    def _op_empty_set(self, _: None) -> None:
        self._stack.append(set())

    def _op_dict(self, _: None) -> None:
        items = self._to_mark()
        self._stack.append({})
        self._set_items(self._stack[-1], items)

    def _op_list(self, _: None) -> None:
        self._stack.append(self._to_mark())

    def _op_tuple(self, _: None) -> None:
        self._stack.append(tuple(self._to_mark()))

    def _op_frozenset(self, _: None) -> None:
        self._stack.append({checked_key(item) for item in self._to_mark()})

    def _last(self, count: int) -> None:
        items = self._stack[-count:]
        if len(items) < count or any(item is _MARK for item in items):
            raise IndexError("the stack holds too little")
        self._stack[-count:] = [tuple(items)]

    def _op_tuple1(self, _: None) -> None:
        self._last(1)

    def _op_tuple2(self, _: None) -> None:
        self._last(2)

    def _op_tuple3(self, _: None) -> None:
        self._last(3)

    def _op_append(self, _: None) -> None:
        item = self._stack.pop()
        self._append_all(self._stack[-1], [item])

    def _op_appends(self, _: None) -> None:
        items = self._to_mark()
        self._append_all(self._stack[-1], items)

    def _op_setitem(self, _: None) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        self._set_items(self._stack[-1], [key, value])

    def _op_setitems(self, _: None) -> None:
        items = self._to_mark()
        self._set_items(self._stack[-1], items)

    def _op_additems(self, _: None) -> None:
        items = self._to_mark()
        if type(self._stack[-1]) is not set:
            raise CorruptFileError("The file adds to something that is no set; copy or download it again.")
        self._stack[-1].update(checked_key(item) for item in items)

    # -- Memory and framing -------------------------------------------------------------------------------------

    def _op_put(self, index: int) -> None:
        self._memo[checked_key(index)] = self._stack[-1]

    _op_binput = _op_put
    _op_long_binput = _op_put

    def _op_memoize(self, _: None) -> None:
        self._memo[len(self._memo)] = self._stack[-1]

    def _op_get(self, index: int) -> None:
        self._stack.append(self._memo[index])

    _op_binget = _op_get
    _op_long_binget = _op_get

    def _op_proto(self, version: int) -> None:
        if version > 5:
            raise CorruptFileError(f"The file claims pickle protocol {version}, but the last is 5; download it again.")

    def _op_frame(self, _: int) -> None:
        """Frames only help a reader to fetch ahead."""


_Argument = Callable[[BoundedReader], Any]
"""Reads what follows an opcode."""
_Step = tuple[_Argument | None, str | None, Callable[[Machine, Any], None] | None]
"""Reader of an opcode's argument, or name of its long value, and its action; without one, the value is pushed."""


def _refusing(name: str) -> _Argument:
    """Refuse an opcode that no published network has."""

    def refuse(stream: BoundedReader) -> None:
        if name == "INST":
            raise UnsafePickleError(f"{_line(stream)}.{_line(stream)}")
        raise CorruptFileError(
            f"The file uses the pickle opcode {name}, which no published network does; copy or download it again."
        )

    return refuse


def _names(stream: BoundedReader) -> tuple[str, str]:
    """The two lines of a global; pickletools would interpret backslashes here, which pickle does not."""
    return _line(stream), _line(stream)


def _step(op: pickletools.OpcodeInfo) -> _Step:
    name = op.name
    if name in _UNKNOWN:
        return _refusing(name), None, None
    long = name if name in _LONG else None
    # pickletools asks for no more of a file than a BoundedReader has.
    known = None if op.arg is None or long else cast(_Argument, op.arg.reader)
    argument = _names if name == "GLOBAL" else known
    action = None if name in _VALUES or name == "STOP" else vars(Machine)[f"_op_{name.lower()}"]
    return argument, long, action


_STEPS = {op.code.encode("latin-1"): _step(op) for op in pickletools.opcodes}


def _long_value(name: str, stream: BoundedReader, budget: Budget) -> Any:
    """A value of any length, paid for before it is made; ValueError where the file ends before it."""
    count = int.from_bytes(stream.exactly(_LONG[name]), "little")
    stream.check(count)
    if name in _BYTES and (left := stream.left_in_file(count)) is not None:
        return left
    budget.copy(count)
    data = stream.exactly(count)
    if name == "LONG4":
        return int.from_bytes(data, "little", signed=True)
    if name in _BYTES:
        return data
    text = data.decode("latin-1") if name == "BINSTRING" else data.decode("utf-8", "surrogatepass")
    budget.copy(max(0, sys.getsizeof(text) - count))  # one rare letter makes each of the others four bytes wide
    return text


def _line(stream: BoundedReader) -> str:
    """A line of text without its newline; ValueError where there is none."""
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise ValueError("no end of line")
    return line[:-1].decode("utf-8")


def checked_key(key: Any) -> Any:
    """`key` if it may stand in a dictionary or set: text, bytes, None, a bool or a moderate whole number."""
    if isinstance(key, (str, bytes, bool)) or key is None or (type(key) is int and abs(key) < MAX_KEY):
        return key
    raise CorruptFileError("The file has a dictionary key that is neither a name nor a number; download it again.")
