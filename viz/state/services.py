"""Long-lived objects of the window that are no state: threads, OpenGL handles, queues.

A room declares a typed key beside the class (compare `aiohttp.web.AppKey`), the window builds the object when it opens,
and panels and actions read it as `facts.services[KEY]`.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class ServiceKey(Generic[T]):
    """Name and type of a service."""

    name: str


class Services:
    """The services of one window."""

    def __init__(self) -> None:
        self._built: dict[ServiceKey[Any], Any] = {}

    def add(self, key: ServiceKey[T], service: T) -> T:
        """Provide a service under its key, and return it. Raises ValueError where there is one already."""
        if key in self._built:
            raise ValueError(f"the window has the service {key.name!r} already")
        self._built[key] = service
        return service

    def __getitem__(self, key: ServiceKey[T]) -> T:
        """Return the service of a key. Raises LookupError where the window built none."""
        if key not in self._built:
            raise LookupError(f"the window has no service {key.name!r}")
        service: T = self._built[key]
        return service
