"""Writes the settings once they have stopped changing."""

from viz.state import settings_file
from viz.state.options import Options
from viz.state.settings import Settings

SAVE_AFTER_S = 1.0
"""Settings are written this long after they changed last."""


class Keeper:
    """Knows which settings are on file."""

    def __init__(self, options: Options, settings: Settings) -> None:
        self._options = options
        self._seen = self._kept = settings
        self._changed_at = 0.0

    def look(self, settings: Settings, now: float) -> str:
        """Call once a frame. Returns a sentence when the settings cannot be written, else nothing."""
        if settings is not self._seen:
            self._seen, self._changed_at = settings, now
        if self._seen is self._kept or now - self._changed_at < SAVE_AFTER_S:
            return ""
        return self.keep()

    def keep(self) -> str:
        """Write at once what has changed. Returns a sentence when that cannot be done, else nothing."""
        options, settings = self._options, self._seen
        if settings is self._kept or not options.keep:
            return ""
        self._kept = settings
        try:
            settings_file.save(options.config_dir, settings_file.without(settings, options.overrides, options.kept))
        except OSError as error:
            return f"The settings cannot be kept in {options.config_dir}: {error.strerror or error}."
        return ""
