"""Features of images, real and generated: all of them, or their mean and covariance."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from foundation.specs.metric_names import Metric
from gan.display import to_uint8
from gan.metrics import cache, group
from gan.metrics.detectors import Detector
from gan.metrics.moments import Moments
from gan.metrics.sampling import ImageSet, Sampler, read_ahead

BATCH = 64
"""Images in a batch. Part of what decides the random numbers of generated ones."""

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done and how much there is. May raise, to stop."""

_Look = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Work:
    """Everything that one metric is computed with.

    Attributes:
        metric: What to compute.
        sampler: Renders images of the network.
        real: The dataset as the metric needs it; None where it needs none.
        detector: The feature network; None where none is needed.
        cache: Folder of the cached figures of datasets; None for no cache.
        progress: Called with the state of the work, by process 0.
        seed: Decides all random numbers.
        generated: Features of generated images by detector and count, for other metrics; None to store none.
    """

    metric: Metric
    sampler: Sampler
    real: ImageSet | None
    detector: Detector | None
    cache: Path | None
    progress: Progress
    seed: int
    generated: dict[tuple[str, int], Tensor] | None = None

    def eye(self) -> Detector:
        """The feature network of a metric that needs one."""
        assert self.detector is not None
        return self.detector

    def reported(self, what: str, batches: Iterable[group.Batch], total: int) -> Iterator[group.Batch]:
        """The batches, each followed by a word about it."""
        for batch in batches:
            yield batch
            if group.rank() == 0:
                self.progress(f"{self.metric.name}: {what}", batch.start + batch.count, total)


def real_moments(work: Work) -> Moments:
    """Mean and covariance of the real images' features, from the cache where they are there; for process 0."""
    assert work.real is not None

    def compute() -> dict[str, Tensor]:
        moments = _summed(_seen_real(work), _real_count(work))
        return {"count": torch.tensor(moments.count), "sums": moments.sums, "products": moments.products}

    cached = _cached(work, "moments", compute)
    return Moments(int(cached["count"]), cached["sums"], cached["products"]) if cached else Moments.empty(0)


def real_features(work: Work) -> Tensor:
    """The real images' features, float32 [N, D] on the CPU, from the cache where they are there; for process 0."""
    total = _real_count(work)
    cached = _cached(work, "features", lambda: {"features": group.gather(list(_seen_real(work)), total, BATCH)})
    return cached["features"] if cached else torch.empty(0)


def generated_moments(work: Work) -> Moments:
    """Mean and covariance of the generated images' features."""
    if work.generated is None:
        return _summed(_seen_generated(work, work.eye().features), work.metric.samples)
    moments = Moments.empty(generated_features(work).shape[1])
    for rows in torch.split(generated_features(work), BATCH):
        moments.add(rows)
    return moments


def generated_features(work: Work) -> Tensor:
    """The features of the generated images, float32 [samples, D] on the CPU."""
    name = (work.metric.detector, work.metric.samples)
    if work.generated is not None and name in work.generated:
        return work.generated[name]
    features = generated_answers(work, work.eye().features)
    if work.generated is not None:
        work.generated[name] = features
    return features


def generated_answers(work: Work, look: _Look) -> Tensor:
    """Features that `look` computes of each generated image, float32 [samples, D] on the CPU."""
    return group.gather(list(_seen_generated(work, look)), work.metric.samples, BATCH)


def _real_count(work: Work) -> int:
    assert work.real is not None
    limit = work.metric.real_limit
    return len(work.real) if limit is None else min(len(work.real), limit)


def _seen_real(work: Work) -> Iterator[Tensor]:
    assert work.real is not None
    total = _real_count(work)
    for batch, images in read_ahead(work.real, group.batches(total, BATCH)):
        yield work.eye().features(images.to(work.sampler.device)).float().cpu()
        if group.rank() == 0:
            work.progress(f"{work.metric.name}: real pictures", batch.start + batch.count, total)


def _seen_generated(work: Work, look: _Look) -> Iterator[Tensor]:
    sampler, total = work.sampler, work.metric.samples
    for batch in work.reported("generated pictures", group.batches(total, BATCH), total):
        draw = sampler.draw(batch)
        parts = [look(to_uint8(img)) for img in sampler.images(sampler.ws(draw), draw.random)]
        yield torch.cat(parts).float().cpu()


def _summed(rows: Iterable[Tensor], total: int) -> Moments:
    """The moments of all processes' rows."""
    moments: Moments | None = None
    for part in rows:
        moments = moments or Moments.empty(part.shape[1])
        moments.add(part)
    size = group.share(len(moments.sums) if moments is not None else None)
    moments = moments or Moments.empty(size)  # more processes than batches
    return Moments(total, group.sum_over(moments.sums), group.sum_over(moments.products))


def _cached(work: Work, what: str, compute: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
    """Result of `compute`, from the cache where it was computed of the same images by the same network before.

    In the latter case process 0 alone gets it, the others nothing: it alone needs it.
    """
    assert work.real is not None
    if work.cache is None:
        return compute()
    eye = work.eye()
    name = cache.key(
        what=what, pictures=work.real.content_hash, count=_real_count(work), detector=eye.name, sha256=eye.sha256
    )
    found = cache.read(work.cache, name) if group.rank() == 0 else None
    computed = {entry: torch.from_numpy(array) for entry, array in (found or {}).items()}
    if not group.share(bool(computed)):
        computed = compute()
        if group.rank() == 0:
            cache.write(work.cache, name, {entry: tensor.numpy() for entry, tensor in computed.items()})
    return computed
