"""Registry of plans, and the runner that dispatches calls to them."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from weakref import WeakKeyDictionary

import torch
from torch import Tensor

from gan.inference.fingerprint import Fingerprint, fingerprint
from gan.networks.protocol import HasTensors, Synthesis
from gan.networks.steps import OnLayer, Steps, follow
from gan.networks.synthesis import StyleSynthesis, SynthesisCall, register_runner

StepsOf = Callable[[int], Steps]
"""Steps of one image of a batch, by its index."""


class Plan(Protocol):
    """A network's weights, arranged for rendering one image after another."""

    def pays(self, count: int) -> bool:
        """True if rendering `count` images one after another takes less time than the reference."""

    def steps_of(self, call: SynthesisCall) -> StepsOf | None:
        """Steps of each image of a call; None where the plan cannot do what the call asks."""


MakePlan = Callable[[Synthesis], Plan]


@dataclass
class Entry:
    """A network's plan and its factory."""

    make: MakePlan
    plan: Plan
    made_of: Fingerprint


_LOCK = threading.Lock()
entries: "WeakKeyDictionary[Synthesis, Entry]" = WeakKeyDictionary()
"""The plans, by network."""


def enter(synthesis: Synthesis, first: MakePlan, later: MakePlan) -> None:
    """Make a network's plan, and run the network by it from now on.

    Args:
        synthesis: The network.
        first: Makes the plan.
        later: Rebuilds it when parameters have changed.
    """
    made_of = fingerprint(synthesis)
    entry = Entry(later, _made(first, synthesis), made_of)
    with _LOCK:
        entries[synthesis] = entry


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
    if (now := fingerprint(synthesis)) != entry.made_of:
        if not fits(synthesis):
            cool_down(synthesis)
            return None
        entry.plan, entry.made_of = _made(entry.make, synthesis), now
    return entry.plan


@register_runner
def run(synthesis: StyleSynthesis, call: SynthesisCall) -> Tensor | None:
    """Run a call by the network's plan, if it has one that can and that is faster. A `Runner`."""
    plan = plan_for(synthesis, call.ws, call.on_layer is not None)
    steps_of = None if plan is None else plan.steps_of(call)
    return None if steps_of is None else images(len(call.ws), steps_of, call.capture, call.on_layer)


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
    with torch.inference_mode(False), torch.no_grad():
        return make(synthesis)
