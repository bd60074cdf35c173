"""Rate of frames while nothing happens in the window: input and answers of the renderer draw it at once."""

WAITING_FPS, TYPING_FPS = 8.0, 4.0
"""While an answer of the renderer is awaited and shown as such; while a text cursor blinks."""
MOVING_FPS = 4.0
"""In motion, where each new image brings a frame: others take time from the renderer. Longer steps would slow motion
down; see `viz.state.motion.LONGEST_STEP`."""
IDLE_FPS, LEAST_IDLE_FPS = 0.5, 0.2
"""At rest: files and clocks are looked at this often; less where frames are expensive."""
IDLE_SHARE = 0.01
"""Share of a core for frames at rest."""
_SMOOTHING = 0.2


class Pacing:
    """Rates by the CPU time of recent frames, software OpenGL included."""

    def __init__(self) -> None:
        self.frame_s = 0.0
        """CPU time of a frame, smoothed."""
        self._before: float | None = None

    def frame(self, cpu_s: float) -> None:
        """Record a frame; `cpu_s` is the CPU time of this process so far."""
        if self._before is not None:
            self.frame_s += (cpu_s - self._before - self.frame_s) * (_SMOOTHING if self.frame_s else 1.0)
        self._before = cpu_s

    def idle_fps(self, *, moving: bool, waiting: bool, typing: bool) -> float:
        """Return the rate of frames without input.

        Args:
            moving: The image is in motion, and each one takes longer than a frame.
            waiting: Something is awaited, or a message is to disappear.
            typing: A text cursor blinks.
        """
        if moving:
            return MOVING_FPS
        if waiting:
            return WAITING_FPS
        if typing:
            return TYPING_FPS
        affordable = IDLE_SHARE / self.frame_s if self.frame_s > 0 else IDLE_FPS
        return min(max(affordable, LEAST_IDLE_FPS), IDLE_FPS)
