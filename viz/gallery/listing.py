"""The seeds that the gallery shows, in their order, which stays until the user sorts again."""

from dataclasses import dataclass

import numpy as np

from renderer.document.document import Gallery, SeedMarks
from viz.gallery import order
from viz.gallery.known import KNOWN, Known
from viz.gallery.order import LOOKS, Floats, Ordered
from viz.state.facts import Facts
from viz.state.scene import Scene
from viz.state.seeds.marks import marks_of, network_of

_NONE = Ordered(np.zeros(0, np.int64), None)


@dataclass(eq=False)
class Listing:
    """Order and filter of the seeds."""

    shown: Ordered = _NONE
    """Seeds of the sheet; the same object while nothing changes."""
    stale: bool = False
    """Sorting again would give another order."""
    waiting: tuple[int, int] | None = None
    """Blocks of seeds that are known, and of all, while the order waits for them."""
    _key: tuple[object, ...] = ()
    _order: Ordered = _NONE
    _range: tuple[int, int] = (0, 0)
    _from: tuple[object, ...] = ()
    """Inputs of the order besides its key."""
    _filter: tuple[object, ...] = ()

    def look(self, scene: Scene, facts: Facts, *, held: bool = False) -> None:
        """Update. Call once a frame while the gallery is shown. `held`: the image is being dragged or moves."""
        gallery, known = scene.view.gallery, facts.services[KNOWN]
        network = network_of(scene, facts)
        marks = marks_of(scene.view, network)
        key = (gallery.sort, gallery.like, gallery.first, gallery.count, network, scene.interaction.seeds.turn)
        source = _source(scene, facts, known, marks)
        if key != self._key:
            made = self._sorted(scene, facts, known, marks)
            if made is not None:
                self._order, self._key, self._from, self.waiting = made, key, source, None
                self._range = (gallery.first, gallery.count)
            else:
                measured = gallery.sort in LOOKS
                self.waiting = known.share(gallery.first, gallery.count, measured)
                if self._range != (gallery.first, gallery.count):
                    self._order = Ordered(_seeds(gallery), None)
                    self._range = (gallery.first, gallery.count)
        if self._key != key:
            self.stale = False
        elif not held:  # else the button would go while it is pressed
            self.stale = not _same(source, self._from)
        chosen = (id(self._order), gallery.show, marks)
        if chosen != self._filter:
            self._filter = chosen
            self.shown = order.filtered(self._order, gallery.show, marks.starred, marks.rejected)

    def index(self, seed: int | None) -> int | None:
        """Return the place of a seed; None if it is not shown."""
        if seed is None:
            return None
        found = np.nonzero(self.shown.seeds == seed)[0]
        return int(found[0]) if len(found) else None

    def _sorted(self, scene: Scene, facts: Facts, known: Known, marks: SeedMarks) -> Ordered | None:
        """Return the seeds in the order that is asked for; None while something is not known."""
        gallery = scene.view.gallery
        seeds, sort = _seeds(gallery), gallery.sort
        if sort == "starred":
            return order.starred_first(seeds, marks.starred, marks.rejected)
        if sort == "class" and facts.model is not None and facts.model.c_dim:
            return order.by_class(seeds, facts.model.z_dim, facts.model.c_dim)
        if sort in LOOKS:
            looks = known.looks_of(gallery.first, gallery.count)
            return None if looks is None else order.by_values(seeds, looks[:, LOOKS.index(sort)], descending=True)
        if not order.needs_w(sort):
            return Ordered(seeds, None)
        w, mean = known.of(gallery.first, gallery.count), known.mean
        if w is None or mean is None:
            return None
        if sort == "typical":
            return order.by_values(seeds, order.typicality(w, mean), descending=False)
        if sort == "similar":
            reference = reference_of(gallery, known)
            return None if reference is None else order.by_values(seeds, order.similarity(w, mean, reference), True)
        direction = _direction(scene, facts)
        if direction is None:
            return Ordered(seeds, None)
        return order.by_values(seeds, order.projection(w, mean, direction), descending=True)


def _seeds(gallery: Gallery) -> order.Seeds:
    return np.arange(gallery.first, gallery.first + gallery.count, dtype=np.int64)


def reference_of(gallery: Gallery, known: Known) -> Floats | None:
    """Return the w that similarity is measured to: the image's, or that of a seed; None until it is known."""
    if gallery.like is None:
        return known.picture
    found = known.of(gallery.like, 1)
    return None if found is None else found[0]


def _direction(scene: Scene, facts: Facts) -> Floats | None:
    name = scene.view.gallery.sort.removeprefix(order.ALONG)
    one = next((one for one in scene.document.directions if one.name == name), None)
    if one is None or facts.model is None:
        return None
    array = facts.arrays.get(one.array)
    return np.asarray(array, np.float32) if array.size % facts.model.w_dim == 0 else None


def _source(scene: Scene, facts: Facts, known: Known, marks: SeedMarks) -> tuple[object, ...]:
    """Return what the present order depends on and what may change by itself."""
    gallery = scene.view.gallery
    if gallery.sort == "similar":
        return (reference_of(gallery, known),)
    if gallery.sort == "starred":
        return (marks,)
    if gallery.sort in LOOKS:
        return (known.looks_of(gallery.first, gallery.count),)
    return ()


def _same(a: tuple[object, ...], b: tuple[object, ...]) -> bool:
    if len(a) != len(b):
        return False
    for one, other in zip(a, b, strict=True):
        if one is other:
            continue
        if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
            if one.shape != other.shape or not np.array_equal(one, other):
                return False
        elif isinstance(one, np.ndarray) or isinstance(other, np.ndarray) or one != other:
            return False
    return True
