"""Blends for rendering: networks of interpolated layers, of which only what a change concerns is made anew.

The tensors of each layer are cached by its parts, and so are the last blends. A blend runs by the plan and the low
resolutions of the network that it starts from, in which layers of other weights are replaced; see
`gan.inference.cpu.follow` and `gan.inference.low_res.follow`.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import ReferenceType, WeakKeyDictionary, ref

import torch

from gan.cache import Cache
from gan.edits.blend import Parts, Tensors, blended
from gan.inference import cpu, low_res
from gan.inference.revision import Revision, revision
from gan.networks.generator import StyleGenerator
from gan.networks.synthesis import StyleSynthesis

BYTES = 1 << 29
"""Memory of the layers that are cached, and of the blends, which share them, beside the newest ones."""
MOST = 16
"""Most blends that are cached."""

_Mark = tuple[int, Revision]
"""Number of a network, which no later one has, and its revision."""
_LayerKey = tuple[_Mark, str, tuple[tuple[_Mark, float], ...]]
_BlendKey = tuple[_Mark, tuple[tuple[str, tuple[tuple[_Mark, float], ...]], ...]]


_numbers = itertools.count()


@dataclass(frozen=True)
class Blend:
    """A blend, and the network that its plans are made from."""

    G: StyleGenerator
    first: StyleGenerator
    like: ReferenceType[StyleSynthesis]
    """Synthesis network of an earlier blend of the same network, or of that network."""
    nbytes: int
    """Size of the layers that are not the first network's."""

    def prepare(self, side: int = 0, *, fast: bool = False) -> None:
        """Make the plan for this low resolution, 0 for the full one, where the first network has one.

        Until then the reference renders.
        """
        first, own, like = self.first.synthesis, self.G.synthesis, self.like()
        if own is not first and (like is None or not cpu.follow(own, like, side, fast=fast)):
            cpu.follow(own, first, side, fast=fast)


@dataclass
class Blends:
    """The last blends. Networks are distinguished by their tensors, and are never changed."""

    limit: int = BYTES
    _blends: Cache[_BlendKey, Blend] = field(init=False)
    _layers: Cache[_LayerKey, Tensors] = field(init=False)
    _last: "WeakKeyDictionary[StyleSynthesis, ReferenceType[StyleSynthesis]]" = field(init=False)
    """The newest blend of each first network."""
    _numbers: "WeakKeyDictionary[StyleGenerator, int]" = field(init=False)
    made: int = 0
    """Layers made so far."""

    def __post_init__(self) -> None:
        self._blends = Cache(self.limit, lambda blend: max(blend.nbytes, self.limit // MOST))
        self._layers = Cache(self.limit, lambda tensors: sum(x.nbytes for x in tensors.values()))
        self._last = WeakKeyDictionary()
        self._numbers = WeakKeyDictionary()

    def _mark(self, G: StyleGenerator) -> _Mark:
        # Addresses alone would not do: those of a network that is gone are given to later ones.
        return self._numbers.setdefault(G, next(_numbers)), revision(G)

    def get(self, first: StyleGenerator, others: Sequence[StyleGenerator], layers: Mapping[str, Parts]) -> Blend:
        """Return a blend. The arguments, and what is raised, are those of `gan.edits.blend.blended`."""
        own, marks = self._mark(first), [self._mark(G) for G in others]
        parts = {name: tuple((marks[i], a) for i, a in some if a != 0) for name, some in layers.items()}
        key = own, tuple((name, some) for name, some in parts.items() if some)
        found = self._blends.get(key)
        if found is None:
            found = self._blends.put(key, self._made(first, others, layers, own, marks))
        return found

    def clear(self) -> None:
        """Drop all blends and layers."""
        self._blends.clear()
        self._layers.clear()

    def _made(
        self,
        first: StyleGenerator,
        others: Sequence[StyleGenerator],
        layers: Mapping[str, Parts],
        own: _Mark,
        marks: Sequence[_Mark],
    ) -> Blend:
        nbytes = 0

        def made(name: str, parts: Parts, make: Callable[[], Tensors]) -> Tensors:
            nonlocal nbytes
            key = own, name, tuple((marks[i], amount) for i, amount in parts)
            tensors = self._layers.get(key)
            if tensors is None:
                self.made += 1
                tensors = self._layers.put(key, make())
            if not (len(parts) == 1 and parts[0][1] == 1):  # whose tensors are the other network's own
                nbytes += sum(x.nbytes for x in tensors.values())
            return tensors

        G = blended(first, others, layers, made)
        last = self._last.get(first.synthesis)
        like = first.synthesis if last is None else last() or first.synthesis
        if G.synthesis is not first.synthesis:
            low_res.follow(G.synthesis, like)
            self._last[first.synthesis] = ref(G.synthesis)
        on_cpu = next(first.parameters()).device == torch.device("cpu")
        return Blend(G, first, ref(like), nbytes * (2 if on_cpu else 1))  # plans have weights of their own
