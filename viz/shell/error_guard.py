"""Error isolation: an exception in one panel must not close the window."""

import traceback
from collections import deque
from collections.abc import Callable

from imgui_bundle import hello_imgui, imgui

from viz.state.interaction import Message


class Guard:
    """Calls drawing functions and shows their exceptions over the image, so that everything else continues."""

    def __init__(self, show: Callable[[Message], None], clock: Callable[[], float]) -> None:
        self._show, self._clock = show, clock
        self._seen: dict[str, str] = {}
        self._later: deque[tuple[str, Exception]] = deque()
        self.errors: list[Exception] = []
        """Exceptions so far, for tests; repeated errors of a panel are recorded once."""

    def panel(self, name: str, draw: Callable[[], None]) -> Callable[[], None]:
        """Wrap `draw` so that Dear ImGui's stacks (windows, ids, styles) are restored after an exception."""

        state = imgui.internal.ErrorRecoveryState()

        def guarded() -> None:
            imgui.internal.error_recovery_store_state(state)
            if not self._run(name, draw):
                _recover(state)

        return guarded

    def wrap(self, name: str, work: Callable[[], None]) -> Callable[[], None]:
        """Wrap `work` to report its exceptions, for calls outside Dear ImGui's frame."""

        def guarded() -> None:
            self._run(name, work)

        return guarded

    def later(self, name: str, error: Exception) -> None:
        """Queue the error of a background thread, to be shown by `show_later`. Called on that thread."""
        self._later.append((name, error))
        hello_imgui.request_refresh()

    def show_later(self) -> None:
        """Show queued errors of background threads; call once a frame."""
        while self._later:
            name, error = self._later.popleft()
            self._report(f"The background work “{name}”", error)

    def _run(self, name: str, work: Callable[[], None]) -> bool:
        try:
            work()
        except Exception as error:  # noqa: BLE001  # whatever it is: in a C++ callback it would abort the process
            self._report(name, error)
            return False
        self._seen.pop(name, None)
        return True

    def _report(self, name: str, error: Exception) -> None:
        summary = f"{type(error).__name__}: {error}"
        if self._seen.get(name) == summary:
            return  # panels fail in every frame: a dismissed message is not shown again
        self._seen[name] = summary
        self.errors.append(error)
        trace = "".join(traceback.format_exception(error))
        text = f"{name} could not be drawn" if name[:4] not in ("The ", "A di") else f"{name} met an error"
        self._show(Message(text, summary, bad=True, trace=trace, at=self._clock()))


def _recover(state: imgui.internal.ErrorRecoveryState) -> None:
    """Close everything that the exception left open, without Dear ImGui's error output."""
    io = imgui.get_io()
    before = (io.config_error_recovery_enable_assert, io.config_error_recovery_enable_debug_log)
    io.config_error_recovery_enable_assert = io.config_error_recovery_enable_debug_log = False
    imgui.internal.error_recovery_try_to_recover_state(state)
    io.config_error_recovery_enable_assert, io.config_error_recovery_enable_debug_log = before
