"""Improved precision and recall (Kynkaanniemi et al. 2019, arXiv 1904.06991)."""

import torch

ROWS = 4096
"""Rows of a tile of the distance matrix, of `COLUMNS` columns."""

COLUMNS = 16384


def precision_recall(real: torch.Tensor, generated: torch.Tensor, neighbours: int = 3) -> tuple[float, float]:
    """Share of generated images among the real ones, and share of real ones among the generated, each 0..1.

    A feature is among a set when it lies within the distance of some member of the set to that member's k-th nearest
    other member. Precision asks this of the generated features and the real set, recall the other way round.

    Args:
        real: Features [N, D] on the device that computes.
        generated: Features [M, D] there.
        neighbours: k.

    Raises:
        ValueError: a set has no k other members.
    """
    if min(len(real), len(generated)) <= neighbours:
        raise ValueError(
            f"Precision and recall need more than {neighbours} pictures of each kind: ask for more samples."
        )
    return _share_within(real, generated, neighbours), _share_within(generated, real, neighbours)


def _share_within(members: torch.Tensor, asked: torch.Tensor, neighbours: int) -> float:
    members, asked = members.float(), asked.float()
    radii = torch.cat([_kth_nearest(rows, members, neighbours + 1) for rows in torch.split(members, ROWS)])
    inside = 0
    for rows in torch.split(asked, ROWS):
        found = torch.zeros(len(rows), dtype=torch.bool, device=rows.device)
        for columns, radius in zip(torch.split(members, COLUMNS), torch.split(radii, COLUMNS), strict=True):
            found |= (torch.cdist(rows, columns) <= radius).any(dim=1)
        inside += int(found.sum())
    return inside / len(asked)


def _kth_nearest(rows: torch.Tensor, members: torch.Tensor, k: int) -> torch.Tensor:
    """The distance of each row to its k-th nearest member [len(rows)], itself counted as the first."""
    nearest = rows.new_empty(len(rows), 0)
    for columns in torch.split(members, COLUMNS):
        nearest = torch.cat([nearest, torch.cdist(rows, columns)], dim=1)
        nearest = nearest.topk(min(k, nearest.shape[1]), dim=1, largest=False).values
    return nearest.amax(dim=1)
