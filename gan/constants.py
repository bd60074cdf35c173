"""Tensors that are made in inference mode or outside and can be used in both; constants that are computed once."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import torch

P = ParamSpec("P")
T = TypeVar("T")


def plain_tensors(make: Callable[P, T]) -> Callable[P, T]:
    """Decorate a function that makes tensors, so that gradients can be computed with them wherever it is called."""

    @wraps(make)
    @torch.inference_mode(False)
    @torch.no_grad()
    def made(*args: P.args, **kwargs: P.kwargs) -> T:
        return make(*args, **kwargs)

    return made


def cached_tensors(maxsize: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Decorate a function of hashable arguments that returns constant tensors: the newest results are kept.

    They are made as by `plain_tensors`, whoever asks first.
    """

    def decorated(make: Callable[P, T]) -> Callable[P, T]:
        kept = lru_cache(maxsize)(plain_tensors(make))

        @wraps(make)
        def cached(*args: P.args, **kwargs: P.kwargs) -> T:
            return kept(*args, **kwargs)  # type: ignore[arg-type]

        return cached

    return decorated
