"""Jobs that follow the document: begun once it rests, asked for until they are over."""

from collections.abc import Callable
from dataclasses import dataclass

from imgui_bundle import hello_imgui, imgui

from renderer.document.arrays import AnyArray
from renderer.ipc.protocol import Work
from viz.state.facts import Facts
from viz.state.recording import untracked
from viz.state.scene import Scene

REST_S = 0.15
"""Seconds without a change after which is measured again."""


@dataclass(eq=False)
class Following:
    """The job for the document as it is, or as it was when it rested last."""

    work: Work | None = None
    """The newest job."""
    of: Work | None = None
    """The job that `result` is of."""
    result: AnyArray | None = None
    """Newest result, also of an older job while the new one has none."""
    done: int = 0
    total: int = 0
    over: bool = False
    waits: bool = False
    """True while the document is not measured as something is held, or moves by itself."""
    problem: str = ""
    """Why the newest job failed."""
    advice: str = ""
    _wanted: Work | None = None
    _inputs: tuple[object, ...] = ()
    _since: float = 0.0

    @property
    def behind(self) -> bool:
        """True while there is no result of the newest job, or the document has changed since."""
        return self.result is None or self.of is not self.work or self._wanted is not self.work

    @untracked
    def look(
        self,
        scene: Scene,
        facts: Facts,
        inputs: tuple[object, ...],
        make: Callable[[], Work],
        live: bool = True,
        moving: bool = False,
    ) -> None:
        """Follow the document. Call in every frame in which the result is seen.

        Args:
            scene: The scene.
            facts: Its facts.
            inputs: What the job is made from: while they are the same objects, it is not made anew.
            make: Returns the job.
            live: False keeps a job that was begun, whatever has changed.
            moving: The job is of what moves by itself, so it does not wait until that rests.
        """
        if len(inputs) != len(self._inputs) or any(a is not b for a, b in zip(inputs, self._inputs, strict=True)):
            self._inputs, wanted = inputs, make()
            if wanted != self._wanted:
                self._wanted, self._since = (self.work if wanted == self.work else wanted), facts.now
        self.waits = False
        if self._wanted is not self.work and (live or self.work is None):
            held = self.waits = imgui.is_any_item_active() or (scene.view.moving and not moving)
            if facts.now - self._since >= REST_S and not held:
                self.work, self.over, self.problem, self.advice = self._wanted, False, "", ""
            else:
                hello_imgui.request_refresh()
        if self.work is None or self.over:
            return
        status = facts.jobs.ask(self.work)
        self.done, self.total, self.over = status.done, status.total, status.over
        if status.failure is not None:
            self.over, self.problem, self.advice = True, status.failure.message, status.failure.advice
        if status.result is not None:
            self.result, self.of = status.result, self.work
