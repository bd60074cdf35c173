"""Time left of work, from its progress."""

from dataclasses import dataclass


@dataclass
class Pace:
    """Estimates the time left of one piece of work at a time; follow its progress with `left_s`."""

    name: object = None
    """Identifies the work: another name begins anew."""
    _began: tuple[float, float] = (0.0, 0.0)
    """Time and progress when it was first seen."""
    _last: tuple[float, float] = (0.0, 0.0)
    """Time and progress at the last step of it."""
    since: float = 0.0
    """Time when it was first seen."""

    def left_s(self, name: object, done: float, total: float, now: float) -> float | None:
        """Return the seconds left, None while nothing can be said. `done` and `total` are in steps of any size."""
        if name != self.name or done < self._last[1]:
            self.name, self.since = name, now
            self._began = self._last = now, done
        elif done > self._last[1]:
            self._last = now, done
        (t0, d0), (t1, d1) = self._began, self._last
        if d1 <= d0 or t1 <= t0:
            return None
        per_step = (t1 - t0) / (d1 - d0)
        return max(0.0, per_step * (total - d1) - (now - t1))
