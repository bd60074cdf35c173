"""Drags whose truth is known: of a StyleGAN3's input, which moves the whole picture, and towards a second w."""

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import torch
import torch.nn.functional as F

from foundation.bundled import ASSETS, DEMO
from foundation.specs.editing.drag_options import DragOptions
from gan.edits.drag.dragging import Dragging, Point
from gan.edits.drag.settings import deviation_of, settings_of
from gan.images import load_generator, styles
from gan.networks.stylegan3_layers import _rotation_and_translation

PATTERN = ASSETS / "pattern-t-128.safetensors"


@cache
def network(path):
    """Return a bundled generator and the deviation of its w."""
    G = load_generator(path, "cpu").requires_grad_(False)
    return G, deviation_of(G)


def begun(path, ws, point, may_change=None, **options):
    """Return a drag of one point with the settings that the window has."""
    G, deviation = network(path)
    settings = settings_of(G.synthesis, DragOptions(**options), deviation)
    return Dragging(G.synthesis, ws, [point], settings, may_change, noise_mode="const")


def finish(dragging, most):
    """Do steps until it is over; return how many."""
    for done in range(1, most + 1):
        if dragging.step():
            return done
    return most


def followed(G, before, after, x, y):
    """Return where a place of the picture of ws has gone in that of others, which differ in the first w alone."""

    def matrix(ws):
        return _rotation_and_translation(G.synthesis.input.affine(ws[:1]))[0].double()

    side = G.img_resolution
    place = torch.tensor([(x + 0.5) / side - 0.5, (y + 0.5) / side - 0.5, 1], dtype=torch.float64)
    there = torch.linalg.solve(matrix(after), matrix(before) @ place)
    return [float(one + 0.5) * side - 0.5 for one in there[:2]]


def pattern_error(number, most=60):
    """Drag a point of the pattern network by the first w alone; return pixels from where it says it is to where it is.

    Also returns how far it was to go, and how far it still is.
    """
    chance = np.random.RandomState(number)
    G, _ = network(PATTERN)
    ws = styles(G, [number], psi=0.7)[0]
    x, y = chance.uniform(30, 98, 2).round()
    angle, length = chance.uniform(0, 2 * math.pi), chance.uniform(5, 10)
    point = Point(x, y, x + length * math.cos(angle), y + length * math.sin(angle))
    dragging = begun(PATTERN, ws, point, first=0, last=0)
    finish(dragging, most)
    true_x, true_y = followed(G, ws, dragging.ws(), x, y)
    (now,) = dragging.points
    # Unless it has arrived, w is one step ahead of the handle.
    return math.hypot(now.x - true_x, now.y - true_y), length, now.distance


@dataclass(frozen=True, eq=False)
class Case:
    """A drag of the demo network towards a second w."""

    ws: torch.Tensor
    point: Point
    may_change: torch.Tensor


@dataclass(frozen=True)
class Outcome:
    """End of such a drag."""

    distance: float
    """Pixels to the target."""
    inside: float
    outside: float
    """Mean absolute change of the picture where it may change, and elsewhere."""
    steps: int


SIDE = 32
LAYERS = ("b16.conv1", "b32.conv0", "b32.conv1")


def _described(G, ws):
    """Return a descriptor of each pixel [C, H, W]: normalised features of layers and patches; and the picture."""
    found = {}

    def look(name, x):
        if name in LAYERS:
            found[name] = x.clone()

    image = G.synthesis(ws[None], noise_mode="const", on_layer=look)
    parts = [F.interpolate(found[name], (SIDE, SIDE), mode="bilinear") for name in LAYERS]
    parts = [F.avg_pool2d(x / x.std(), 3, 1, 1) / math.sqrt(x.shape[1]) for x in parts]
    patches = F.unfold(F.pad(image, (2, 2, 2, 2), mode="replicate"), 5).reshape(1, -1, SIDE, SIDE)
    return torch.cat([*parts, 2 * patches / patches.std() / math.sqrt(patches.shape[1])], dim=1)[0], image[0]


def _tracked(way, places, reach=3):
    """Follow places from descriptor to descriptor."""
    places = list(places)
    follow = [way[0][:, y, x] for y, x in places]
    for one in way[1:]:
        for i, (y, x) in enumerate(places):
            top, left = max(0, y - reach), max(0, x - reach)
            part = one[:, top : y + reach + 1, left : x + reach + 1]
            row, column = divmod(int((part - follow[i][:, None, None]).square().sum(dim=0).argmin()), part.shape[2])
            places[i] = top + row, left + column
            follow[i] = one[:, places[i][0], places[i][1]]
    return places


def _edges(image, count=60):
    """Return the pixels (y, x) where the picture changes most."""
    slope = torch.zeros(SIDE, SIDE)
    down, across = image[:, 2:, 1:-1] - image[:, :-2, 1:-1], image[:, 1:-1, 2:] - image[:, 1:-1, :-2]
    slope[1:-1, 1:-1] = (down.square() + across.square()).sum(dim=0).sqrt()
    slope[:3] = slope[-3:] = 0
    slope[:, :3] = slope[:, -3:] = 0
    return [divmod(int(i), SIDE) for i in torch.topk(slope.flatten(), count).indices]


@torch.no_grad()
def demo_cases(count, seed=0):
    """Return drags from one seed's w towards another's: places that tracking finds there, and back again.

    The targets are 2 to 8 pixels away; the picture may change within 6 pixels of the way.
    """
    G, _ = network(DEMO)
    chance, found = np.random.RandomState(seed), []
    while len(found) < count:
        first, second = styles(G, [int(one) for one in chance.randint(0, 10000, 2)], psi=0.7)
        steps = [_described(G, torch.lerp(first, second, i / 8)) for i in range(9)]
        way, places = [one for one, _ in steps], _edges(steps[0][1])
        there = _tracked(way, places)
        back = _tracked(way[::-1], there)
        good = [i for i, a in enumerate(places) if back[i] == a and 2 <= math.dist(a, there[i]) <= 8]
        if good:
            i = good[chance.randint(len(good))]
            (y, x), (to_y, to_x) = places[i], there[i]
            found.append(Case(first, Point(x, y, to_x, to_y), _near(x, y, to_x, to_y)))
    return found


def _near(x, y, to_x, to_y, reach=6.0):
    rows, columns = torch.meshgrid(torch.arange(float(SIDE)), torch.arange(float(SIDE)), indexing="ij")
    across, down = to_x - x, to_y - y
    share = (((columns - x) * across + (rows - y) * down) / (across**2 + down**2)).clamp(0, 1)
    return ((columns - x - share * across).square() + (rows - y - share * down).square()).sqrt() <= reach


def demo_outcome(case, most=300):
    """Drag as the window does, and look at the pictures before and after."""
    G, _ = network(DEMO)
    dragging = begun(DEMO, case.ws, case.point, case.may_change)
    steps = finish(dragging, most)
    with torch.no_grad():
        before, after = (_described(G, ws)[1] for ws in (case.ws, dragging.ws()))
    change = (after - before).abs().mean(dim=0)
    inside, outside = float(change[case.may_change].mean()), float(change[~case.may_change].mean())
    return Outcome(dragging.points[0].distance, inside, outside, steps)
