"""Settings in a YAML file in the user's configuration folder, written after changes settle."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from foundation.background import Worker
from foundation.files import write_text
from foundation.inputs import clean_text, plain_yaml, read_regular, reason_of
from viz.state.params import PARAMS
from viz.state.settings import Settings

FILE = "settings.yaml"
SAVE_AFTER_S = 1.0
"""Delay between the last change of settings and writing them."""
_LARGEST = 1 << 20
"""Bytes of the largest file that is read."""
RETRY_S = 5.0
"""Delay before settings that could not be written are tried again."""
RECENT = 12
"""Maximum number of recent networks."""


def load(folder: Path) -> tuple[Settings, str]:
    """Load the settings in `folder`, with a message about problems; empty if there are none.

    Unknown keys are ignored. Values of a wrong type are replaced by defaults.
    """
    path = folder / FILE
    try:
        found = plain_yaml.parse(read_regular(path, _LARGEST).decode("utf-8"))
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, ValueError) as error:
        reason = clean_text(reason_of(error).splitlines()[0], 100)
        return Settings(), f"The settings in {path} cannot be read ({reason}), so all are at their defaults."
    if not isinstance(found, dict):
        return Settings(), f"The settings in {path} are not a list of names and values, so all are at their defaults."
    good: dict[str, Any] = {}
    bad: list[str] = []
    for field in fields(Settings):
        if field.name in found:
            value = _checked(field.name, found[field.name])
            if value is None:
                bad.append(field.name)
            else:
                good[field.name] = value
    sentence = f"Some settings in {path} make no sense and are at their defaults: {', '.join(bad)}." if bad else ""
    return replace(Settings(), **good), sentence


def save(folder: Path, settings: Settings) -> None:
    """Write `settings` to `folder`. The file is replaced atomically, so a crash cannot truncate it. Raises OSError."""
    values = {**asdict(settings), "recent": list(settings.recent)}
    write_text(folder / FILE, plain_yaml.dump(values))


def without(settings: Settings, overrides: Mapping[str, Any], kept: Settings) -> Settings:
    """Return the settings to save: values overridden by the command line and not changed since stay as in `kept`."""
    same = {name: getattr(kept, name) for name, value in overrides.items() if getattr(settings, name) == value}
    return replace(settings, **same)


def opened(settings: Settings, source: str) -> Settings:
    """Return the settings with `source` first in the recent networks; the demo network is never listed."""
    if not source or settings.recent[:1] == (source,):
        return settings
    others = tuple(old for old in settings.recent if old != source)
    return replace(settings, recent=(source, *others)[:RECENT])


def _checked(name: str, value: object) -> object:
    """Validate a value: returns it with numbers clamped to their range, or None if it has the wrong type."""
    default = getattr(Settings(), name)
    if name == "recent":
        good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return tuple(value)[:RECENT] if good and isinstance(value, list) else None
    if get_origin(hint := get_type_hints(Settings)[name]) is Literal:
        return value if value in get_args(hint) else None
    if isinstance(default, bool):
        return value if isinstance(value, bool) else None
    if isinstance(default, int | float):
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            return None
        param = PARAMS.get(f"settings.{name}")
        limited = value if param is None else min(max(value, param.low), param.high)
        return type(default)(limited)
    return value if isinstance(value, str) else None


class SettingsWriter:
    """Writes the settings of one window in the background: a disk may take its time.

    Args:
        folder: Destination; None disables saving.
        settings: Initial settings of the window.
        overrides: Settings from the command line, for this session only.
        on_file: Settings on file, without overrides.
    """

    def __init__(
        self, folder: Path | None, settings: Settings, overrides: Mapping[str, Any], on_file: Settings
    ) -> None:
        self._folder, self._overrides, self._on_file = folder, overrides, on_file
        self._seen = self._saved = settings
        self._changed_at = 0.0
        self._retry_at = 0.0
        """Time from which settings that could not be written are tried again; 0 if all could."""
        self._told = ""
        self._worker: Worker[Settings, str] = Worker("settings", self._write, order="latest")

    def look(self, settings: Settings, now: float) -> str:
        """Save settled changes. Returns a new error message, or an empty string. Call once a frame.

        What could not be written is tried again, and its reason is returned once.
        """
        if settings is not self._seen:
            self._seen, self._changed_at = settings, now
        elif self._seen is not self._saved and now - self._changed_at >= SAVE_AFTER_S:
            self._submit()
        elif self._retry_at and now >= self._retry_at:
            self._retry_at = 0.0
            self._worker.submit(self._seen)
        if (problem := self._worker.poll()) is None:
            return ""
        told, self._told = self._told, problem
        self._retry_at = now + RETRY_S if problem else 0.0
        return problem if problem != told else ""

    def close(self) -> str:
        """Save changes, and end. Returns a new error message, or an empty string."""
        if self._retry_at:
            self._worker.submit(self._seen)
        self._submit()
        self._worker.close()
        last = self._told
        while (problem := self._worker.poll()) is not None:
            last = problem
        return last if last != self._told else ""

    def _submit(self) -> None:
        if self._seen is not self._saved and self._folder is not None:
            self._worker.submit(self._seen)
        self._saved = self._seen

    def _write(self, settings: Settings) -> str:
        assert self._folder is not None
        try:
            save(self._folder, without(settings, self._overrides, self._on_file))
        except OSError as error:
            return f"The settings cannot be kept in {self._folder}: {error.strerror or error}."
        except UnicodeError:
            return f"The settings cannot be kept in {self._folder}: a path in them is no valid text."
        return ""
