"""Recording of what a draw function reads from the scene, the facts and scratch objects.

While a recording is active, the containers that a draw function receives (scene, document, view, settings, facts,
scratch objects) temporarily belong to a subclass whose attribute reads are noted. They stay the same objects, so
identity, `isinstance`, `replace` and equality are unaffected. Their frozen parts (`document.noise`, `facts.model`) are
leaves: recorded whole, compared by identity first and by equality after that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, wraps
from operator import attrgetter
from threading import get_ident
from typing import Any, ParamSpec, TypeVar

from viz.state.facts import Facts, Scratch
from viz.state.scene import Scene

T = TypeVar("T")
P = ParamSpec("P")
Select = tuple[Callable[..., object], int]
"""A function and the number of its arguments, counted from (scene, facts)."""
Root = str | type
"""`"scene"`, `"facts"`, or the class of a scratch object."""
Place = tuple[Root, str]
"""A root and the dotted path below it."""

_VOLATILE = frozenset({"facts.now", "facts.jobs", "facts.pixels", "facts.measure", "facts.performance"})
"""Paths that differ or must be called in every frame: a part that reads them is not cached."""
_UNRECORDED = frozenset({"facts.thumbnails", "facts.scratch"})
"""Paths tracked by other means: thumbnails by their tally, scratch by the objects it returns."""


class Reads:
    """Values read by a draw function, by path, and the selectors it called."""

    def __init__(self) -> None:
        self.values: dict[Place, object] = {}
        self.selected: dict[Select, object] = {}
        self.volatile = False
        self._getters: list[tuple[Root, Callable[[object], object], object]] | None = None
        self._scene: Scene | None = None

    def add(self, other: "Reads") -> None:
        """Merge the reads of a nested part."""
        for place, value in other.values.items():
            self.values.setdefault(place, value)
        for select, value in other.selected.items():
            self.selected.setdefault(select, value)
        self.volatile |= other.volatile
        self._getters = None

    def unchanged(self, scene: Scene, facts: Facts) -> bool:
        """Return True if every recorded read would give the same value again."""
        if self._getters is None:
            self._getters = self._compiled()
        try:
            for root, getter, values in self._getters:
                if root == "scene":
                    if scene is not self._scene:
                        if getter(scene) != values:
                            return False
                        self._scene = scene
                elif getter(_holder(root, scene, facts)) != values:
                    return False
            now = [_call(select, scene, facts) for select in self.selected]
            return now == [*self.selected.values()]  # lists compare by identity first
        except (AttributeError, ValueError):  # a part has gone, or an array has no single truth value
            return False

    def sample(self, scene: Scene, facts: Facts) -> object:
        """Return the current values of the recorded reads; None if some are no longer readable."""
        if self._getters is None:
            self._getters = self._compiled()
        try:
            found = [getter(_holder(root, scene, facts)) for root, getter, _ in self._getters]
            return found, [_call(select, scene, facts) for select in self.selected]
        except AttributeError:
            return None

    def changed(self, scene: Scene, facts: Facts) -> list[str]:
        """Return the names of the recorded reads whose values differ now."""
        found = []
        for (root, path), value in self.values.items():
            try:
                unchanged = same(attrgetter(path)(_holder(root, scene, facts)), value)
            except AttributeError:
                unchanged = False
            if not unchanged:
                found.append(_name((root, path)))
        return found + [
            _title(select) for select, value in self.selected.items() if not same(_call(select, scene, facts), value)
        ]

    def names(self) -> set[str]:
        """Return the names of everything read."""
        return {_name(place) for place in self.values} | {_title(select) for select in self.selected}

    def _compiled(self) -> list[tuple[Root, Callable[[object], object], object]]:
        by_root: dict[Root, dict[str, object]] = {}
        for (root, path), value in self.values.items():
            by_root.setdefault(root, {})[path] = value
        return [(root, _getter(tuple(found)), (*found.values(),)) for root, found in by_root.items()]


def same(a: object, b: object) -> bool:
    """Return True for equal values; arrays, also inside of others, are equal only to themselves."""
    try:
        return a is b or bool(a == b)
    except ValueError:  # an array has no single truth value
        return False


def _holder(root: Root, scene: Scene, facts: Facts) -> object:
    if isinstance(root, str):
        return scene if root == "scene" else facts
    return facts.scratch.get(root)


def _frozen(value: object) -> object:
    """Return a shallow copy of a mutable container, else the value itself."""
    return value.copy() if isinstance(value, dict | list | set) else value


@lru_cache(maxsize=1024)
def _getter(paths: tuple[str, ...]) -> Callable[[object], object]:
    """Return a function that reads `paths` as a tuple."""
    if len(paths) > 1:
        return attrgetter(*paths)
    get = attrgetter(*paths)
    return lambda holder: (get(holder),)


def _name(place: Place) -> str:
    root, path = place
    return f"{root if isinstance(root, str) else root.__name__}.{path}"


def _title(select: Select) -> str:
    return f"{select[0].__module__}.{select[0].__qualname__}()"


def _call(select: Select, scene: Scene, facts: Facts) -> object:
    function, count = select
    return function(*(scene, facts)[:count])


class Recorder:
    """Recordings of the window's thread; they nest, as cached parts do."""

    def __init__(self) -> None:
        self._stack: list[Reads] = []
        self._places: dict[int, Place] = {}
        """Path of each watched container, by id."""
        self._watched: list[tuple[object, type]] = []
        """Watched containers with their original classes. The references keep the ids valid."""
        self._thread = 0
        self._whole: set[Place] = set()
        """Containers read without any of their attributes so far: recorded whole if that does not change."""

    @property
    def active(self) -> bool:
        """Return True while reads are recorded."""
        return bool(self._stack)

    @contextmanager
    def recording(self, scene: Scene, facts: Facts) -> Iterator[Reads]:
        """Record what is read from `scene` and `facts`."""
        reads, before, self._thread = Reads(), set(self._whole), get_ident()
        self._stack.append(reads)
        try:
            self._watch(scene, ("scene", ""))
            self._watch(facts, ("facts", ""))
            yield reads
        finally:
            for place in self._whole - before:
                self._leaf(place, self._object(place))
            self._whole &= before
            self._stack.pop()
            if self._stack:
                self._stack[-1].add(reads)
            else:
                self._release()

    def include(self, reads: Reads) -> None:
        """Add the reads of a nested part that is shown from the cache."""
        if self._stack:
            self._stack[-1].add(reads)

    def vary(self) -> None:
        """Mark the part being drawn as one that must be drawn in every frame."""
        if self._stack:
            self._stack[-1].volatile = True

    def select(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a selector and record its result instead of what it reads."""
        if not self._stack:
            return function(*args, **kwargs)
        with self.paused():
            value = function(*args, **kwargs)
        self._stack[-1].selected.setdefault((function, len(args)), value)
        return value

    def paused(self) -> "_Paused":
        """Return a context in which nothing is recorded."""
        return _Paused(self)

    def note(self, holder: object, name: str, value: object) -> None:
        """Record one read; called by watched containers."""
        if not self._stack or get_ident() != self._thread:  # a background thread of a scratch object
            return
        at = self._places[id(holder)]
        self._whole.discard(at)
        root, prefix = at
        place = (root, f"{prefix}.{name}" if prefix else name)
        if isinstance(value, Scratch):
            self._watch(value, place)
        elif type(value) in _CONTAINERS or type(value) in _PLAIN:
            self._container(place, value)
        else:
            self._leaf(place, value)

    def handed_out(self, found: object) -> None:
        """Watch an object that scratch hands out."""
        if self._stack:
            self._watch(found, (_plain(found), ""))

    def _container(self, place: Place, value: object) -> None:
        known = self._places.get(id(value))
        if known is None:
            self._watch(value, place)
        elif known != place:  # the same object in two places: its parts are recorded under the first one only
            self._leaf(place, value)
            return
        if place in self._whole:  # the read before this one went no deeper
            self._leaf(place, value)
        self._whole.add(place)

    def _leaf(self, place: Place, value: object) -> None:
        root, path = place
        if isinstance(root, str):
            name = f"{root}.{path}"
            if name in _UNRECORDED:
                return
            if name in _VOLATILE:
                self._stack[-1].volatile = True
                return
        self._stack[-1].values.setdefault(place, _frozen(value))

    def _object(self, place: Place) -> object:
        return next(one for one, _ in self._watched if self._places[id(one)] == place)

    def _watch(self, value: object, place: Place) -> None:
        if id(value) in self._places:
            return
        own = type(value)
        twin = _twin(own)
        if twin is None:  # its reads cannot be followed
            self._stack[-1].volatile = True
            return
        object.__setattr__(value, "__class__", twin)
        self._places[id(value)] = place
        self._watched.append((value, own))

    def _release(self) -> None:
        for value, own in self._watched:
            object.__setattr__(value, "__class__", own)
        self._watched.clear()
        self._places.clear()
        self._whole.clear()


class _Paused:
    """A context manager without the costs of a generator: it is entered for every cached part in every frame."""

    __slots__ = ("_recorder", "_stack")

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def __enter__(self) -> None:
        self._stack, self._recorder._stack = self._recorder._stack, []

    def __exit__(self, *_: object) -> None:
        self._recorder._stack = self._stack


current = Recorder()


def derived(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function of `scene` or of `scene, facts` so that cached parts follow its result, not what it reads.

    For values that change less often than what they are made from, such as requests that wait for the end of a drag.
    It is called in every frame in which a part that uses it is shown.
    """

    @wraps(function)
    def selected(*args: P.args, **kwargs: P.kwargs) -> T:
        return current.select(function, *args, **kwargs)

    return selected


@derived
def has_image(scene: Scene, facts: Facts) -> bool:
    """Return True if there is an image to show."""
    return facts.picture is not None


def untracked(function: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function whose reads need not be recorded, such as one that fills a cache of its own."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        with current.paused():
            return function(*args, **kwargs)

    return called


_CONTAINERS: set[type] = {type(part) for part in vars(Scene()).values() if hasattr(part, "__dataclass_fields__")}
"""Classes whose attributes are recorded one by one: the parts of a Scene."""
_PLAIN: dict[type, type] = {}
"""The original class of each watched one."""
_TWINS: dict[type, type | None] = {}


def _plain(value: object) -> type:
    return _PLAIN.get(type(value), type(value))


def _twin(own: type) -> type | None:
    """Return the subclass of a class that notes reads; None where there can be none."""
    if own not in _TWINS:
        _TWINS[own] = _made(own)
    return _TWINS[own]


def _made(own: type) -> type | None:
    plain = object.__getattribute__
    if not own.__dictoffset__:
        return None

    def read(self: object, name: str) -> Any:
        if name == "__class__":
            return own
        value = plain(self, name)
        if name in plain(self, "__dict__"):
            current.note(self, name, value)
        return value

    def get(self: Scratch, kind: type[T]) -> T:
        found = Scratch.get(self, kind)
        current.handed_out(found)
        return found

    body: dict[str, object] = {"__slots__": (), "__module__": own.__module__, "__qualname__": own.__qualname__}
    body |= {"get": get} if issubclass(own, Scratch) else {"__getattribute__": read}
    try:
        twin = type(own.__name__, (own,), body)
    except TypeError:
        return None
    _PLAIN[twin] = own
    return twin
