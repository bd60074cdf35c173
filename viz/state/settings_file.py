"""Settings in a YAML file in the user's configuration folder, written once they have stopped changing."""

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, get_args

import yaml

from foundation.files import write_text
from viz.state.params import PARAMS
from viz.state.settings import Scheme, Settings

FILE = "settings.yaml"
SAVE_AFTER_S = 1.0
"""Settings are written this long after they changed last."""
RECENT = 12
"""Networks remembered."""


def load(folder: Path) -> tuple[Settings, str]:
    """The settings kept in `folder`, and a sentence about what was wrong with them; empty when all is well.

    Unknown keys are left out. Values of a wrong kind get their defaults.
    """
    path = folder / FILE
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Settings(), ""
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
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
    """Keep `settings` in `folder`. The file is replaced whole, so a crash cannot leave half of it. Raises OSError."""
    values = {**asdict(settings), "recent": list(settings.recent)}
    write_text(folder / FILE, yaml.safe_dump(values, sort_keys=False, allow_unicode=True))


def without(settings: Settings, overrides: Mapping[str, Any], kept: Settings) -> Settings:
    """The settings to keep: those that the command line set, and the user has not changed since, stay as in `kept`."""
    same = {name: getattr(kept, name) for name, value in overrides.items() if getattr(settings, name) == value}
    return replace(settings, **same)


def opened(settings: Settings, source: str) -> Settings:
    """The settings with `source` as the newest of the recent networks; the demo network is always at hand."""
    if not source or settings.recent[:1] == (source,):
        return settings
    others = tuple(old for old in settings.recent if old != source)
    return replace(settings, recent=(source, *others)[:RECENT])


def _checked(name: str, value: object) -> object:
    """The value as `Settings` wants it, numbers within their range; None when it is of the wrong kind."""
    default = getattr(Settings(), name)
    if name == "recent":
        good = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return tuple(value)[:RECENT] if good and isinstance(value, list) else None
    if name == "scheme":
        return value if value in get_args(Scheme) else None
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
    """Writes the settings of one window.

    Args:
        folder: Where they are saved; None saves nothing.
        settings: Those that the window begins with.
        overrides: Settings that the command line set for this session only.
        on_file: The settings on file, which overrides do not change.
    """

    def __init__(
        self, folder: Path | None, settings: Settings, overrides: Mapping[str, Any], on_file: Settings
    ) -> None:
        self._folder, self._overrides, self._on_file = folder, overrides, on_file
        self._seen = self._saved = settings
        self._changed_at = 0.0

    def look(self, settings: Settings, now: float) -> str:
        """Save what has stopped changing. Returns a sentence when that fails, else nothing. Call once a frame."""
        if settings is not self._seen:
            self._seen, self._changed_at = settings, now
        if self._seen is self._saved or now - self._changed_at < SAVE_AFTER_S:
            return ""
        return self.save()

    def save(self) -> str:
        """Save at once what has changed. Returns a sentence when that fails, else nothing."""
        settings = self._seen
        if settings is self._saved or self._folder is None:
            return ""
        self._saved = settings
        try:
            save(self._folder, without(settings, self._overrides, self._on_file))
        except OSError as error:
            return f"The settings cannot be kept in {self._folder}: {error.strerror or error}."
        return ""
