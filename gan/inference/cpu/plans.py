"""Registry of plans, and the runner that dispatches calls to them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from gan.inference.cpu.precision import Precision, wanted
from gan.inference.revision import Revision, revision
from gan.memory import giving_back
from gan.networks.protocol import HasTensors, Synthesis
from gan.networks.steps import OnLayer, Steps, follow
from gan.networks.synthesis import StyleSynthesis, SynthesisCall, record_way

StepsOf = Callable[[int], Steps]
"""Steps of one image of a batch, by its index."""


class Plan(Protocol):
    """A network's weights, arranged for rendering one image after another."""

    def pays(self, count: int) -> bool:
        """True if rendering `count` images one after another takes less time than the reference."""

    def steps_of(self, call: SynthesisCall) -> StepsOf | None:
        """Steps of each image of a call; None where the plan cannot do what the call asks."""

    def in_bfloat16(self, like: Any = None) -> "Plan":
        """The plan of the precision "fast", which shares what it can with this one, an exact one.

        `like` is another exact plan with its fast one: layers that it shares with this plan are taken from there.
        """

    def like(self, synthesis: Any) -> "Plan":
        """The plan of another network of the same architecture; layers of the same tensors are shared."""


MakePlan = Callable[[Synthesis], Plan]


@dataclass
class Entry:
    """A network's plan and its factory."""

    make: MakePlan
    plan: Plan
    made_of: Revision
    automatic: bool = False
    """True for a plan that nobody asked for: while the network changes from call to call, the reference runs, as a plan
    made again for a single call costs more than it saves."""
    seen: Revision | None = None
    """Of the last call of a changed network."""
    fast: Plan | None = None
    """The plan of that precision, where it was asked for."""

    def renew(self, synthesis: Synthesis, now: Revision) -> None:
        """Make the plans again, of the network's present parameters."""
        self.plan = _made(self.make, synthesis)
        self.fast = None if self.fast is None else _made(lambda _: self.plan.in_bfloat16(), synthesis)
        self.made_of = now

    def of(self, precision: Precision) -> Plan:
        """The plan of a precision; the exact one where there is no other."""
        return self.fast if precision == "fast" and self.fast is not None else self.plan


_LOCK = threading.Lock()
entries: "WeakKeyDictionary[Synthesis, Entry]" = WeakKeyDictionary()
"""The plans, by network."""


def enter(synthesis: Synthesis, first: MakePlan, later: MakePlan, *, automatic: bool = False) -> None:
    """Make a network's plan, and run the network by it from now on.

    Args:
        synthesis: The network.
        first: Makes the plan.
        later: Rebuilds it when parameters have changed.
        automatic: See `Entry`.
    """
    made_of = revision(synthesis)
    entry = Entry(later, _made(first, synthesis), made_of, automatic)
    with _LOCK:
        entries[synthesis] = entry


def is_current(synthesis: Synthesis) -> bool:
    """Return True if a network has a plan of its present parameters."""
    with _LOCK:
        entry = entries.get(synthesis)
    return entry is not None and entry.made_of == revision(synthesis)


def has_fast_plan(synthesis: Synthesis) -> bool:
    """Return True if a network has a plan of lower precision."""
    with _LOCK:
        entry = entries.get(synthesis)
    return entry is not None and entry.fast is not None


def enter_fast(synthesis: Synthesis, first: MakePlan | None = None) -> None:
    """Make the plan of the precision "fast" of a network that has a plan, by `first` or from that plan."""
    entry = entries.get(synthesis)
    if entry is not None and entry.fast is None:
        entry.fast = _made(first or (lambda _: entry.plan.in_bfloat16()), synthesis)


def enter_like(synthesis: Synthesis, like: Synthesis, first: MakePlan | None = None, *, fast: bool = False) -> bool:
    """Make a network's plan from that of another one of the same architecture: only layers of other tensors are made.

    Args:
        synthesis: The network.
        like: The other one; its plan, where it has one, is not changed.
        first: Makes the plan; None: `Plan.like` of the other one's.
        fast: Also make the plan of lower precision, where the other network has one.

    Returns:
        True if there is a plan now.
    """
    other, entry = entries.get(like), entries.get(synthesis)
    if other is None or other.made_of != revision(like):
        return entry is not None
    if entry is None:
        plan = _made(first or other.plan.like, synthesis)
        entry = Entry(other.make, plan, revision(synthesis))
        with _LOCK:
            entries[synthesis] = entry
    if fast and entry.fast is None and other.fast is not None:
        both = other.plan, other.fast
        entry.fast = _made(lambda _: entry.plan.in_bfloat16(both), synthesis)
    return True


def keep(synthesis: Synthesis) -> bool:
    """Use a network's plan at every call from now on (see `Entry.automatic`); False where it has none."""
    entry = entries.get(synthesis)
    if entry is not None:
        entry.automatic = False
    return entry is not None


def cool_down(synthesis: Synthesis) -> None:
    """Drop a network's plan: the reference runs again."""
    with _LOCK:
        entries.pop(synthesis, None)


def plan_for(synthesis: Synthesis, ws: Tensor, watched: bool = False) -> Plan | None:
    """The plan that can render `ws` [N, num_ws, w_dim] now; None where the reference must.

    Args:
        synthesis: `G.synthesis`.
        ws: Intermediate latents of the call.
        watched: True if every layer is observed; observers expect the layers of a batch together.
    """
    entry = entries.get(synthesis)
    if entry is None or torch.is_grad_enabled() or ws.device.type != "cpu" or len(ws) == 0:
        return None
    if len(ws) > 1 and (watched or not entry.plan.pays(len(ws))):
        return None
    if (now := revision(synthesis)) != entry.made_of:
        if not fits(synthesis):
            cool_down(synthesis)
            return None
        if entry.automatic and now != entry.seen:
            entry.seen = now
            return None
        entry.renew(synthesis, now)
    return entry.of(wanted())


def run(synthesis: StyleSynthesis, call: SynthesisCall) -> Tensor | None:
    """Run a call by the network's plan, if it has one that can and that is faster. Bent layers are the reference's."""
    if call.bends:
        return None
    plan = plan_for(synthesis, call.ws, call.on_layer is not None)
    steps_of = None if plan is None else plan.steps_of(call)
    if steps_of is None:
        return None
    entry = entries.get(synthesis)
    record_way("fast plan" if entry is not None and plan is entry.fast else "plan")
    return images(len(call.ws), steps_of, call.capture, call.on_layer)


def images(count: int, steps_of: StepsOf, capture: str | None, on_layer: OnLayer | None) -> Tensor:
    """Images of a batch (or their layers `capture`), rendered one after another: [count, C, H, W].

    Args:
        count: Number of images.
        steps_of: See `StepsOf`.
        capture: As in `follow`, like `on_layer`, which is for a single image.
        on_layer: See `capture`.
    """
    first = follow(steps_of(0), capture, on_layer)
    if count == 1:
        return first
    result = first.new_empty(count, *first.shape[1:])
    result[0] = first[0]
    for i in range(1, count):
        result[i] = follow(steps_of(i), capture)[0]
    return result


def fits(network: HasTensors) -> bool:
    """True if all tensors are float32 on the CPU, which is all that plans are made for."""
    tensors = (*network.parameters(), *network.buffers())
    return all(x.device.type == "cpu" and x.dtype == torch.float32 for x in tensors)


def _made(make: MakePlan, synthesis: Synthesis) -> Plan:
    # Not in inference mode, whose tensors know no versions; nothing here is for learning.
    with torch.inference_mode(False), torch.no_grad(), giving_back():
        return make(synthesis)
