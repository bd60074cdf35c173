"""Cached downloads of networks; see `foundation.downloads`."""

from foundation.downloads import (
    Progress,
    ascii_address,
    cache_folder,
    fetch,
    is_url,
    local_path,
    recorded_sha256,
)

__all__ = ["Progress", "ascii_address", "cache_folder", "fetch", "is_url", "local_path", "recorded_sha256"]
