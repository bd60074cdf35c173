"""Jobs of the renderer that look for directions. Standard library only."""

from dataclasses import dataclass

from foundation.specs.editing.defaults import PILE_SAMPLE
from renderer.document.directions.searches import Way
from renderer.document.request import RenderRequest


@dataclass(frozen=True)
class Search:
    """Job: directions in W of a request's network, float32 [K, 2 + w_dim]: see `searches.FoundTable`.

    Those of StyleSpace are channels, float32 [K, 5]: see `searches.ChannelTable`.

    Progress counts what the search looks at: w vectors, or pictures.
    """

    request: RenderRequest
    way: Way
    turn: int = 0
    """Distinguishes repeated searches of the same."""


@dataclass(frozen=True)
class SortPiles:
    """Job: the direction between two piles of seeds, float32: see `piles.PileFound`.

    It is learned from w at first; once small pictures of a sample of seeds are drawn, another result follows that
    takes them into account. The sample is kept for the next job.
    """

    request: RenderRequest
    left: tuple[int, ...]
    right: tuple[int, ...]
    first_seed: int = 0
    """First seed of the sample."""
    count: int = PILE_SAMPLE
    """Number of seeds in it, and of the odds in the result."""


@dataclass(frozen=True)
class SampleW:
    """Job: w of seeds without truncation, float32 [count, w_dim], with the class of the request if it has one."""

    request: RenderRequest
    first_seed: int = 0
    count: int = 1000
