"""The running search: begun, followed and ended in every frame, whatever tab is in front."""

from dataclasses import replace

from viz.directions import groups, ways
from viz.state.facts import Facts
from viz.state.interaction import DirectionFinder
from viz.state.scene import Scene


def begun(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the chosen search running; as it is if something is missing, or one runs already."""
    finder = scene.interaction.finder
    if finder.running is not None or ways.missing(scene, facts):
        return scene
    search = ways.search_of(scene, ways.settings_of(scene, facts), finder.searches)
    return scene.interacting(
        finder=replace(finder, running=search, since=facts.now, searches=finder.searches + 1, problem="", advice="")
    )


def stopped(scene: Scene) -> Scene:
    """Return the scene without the running search, which leaves nothing."""
    return scene.interacting(finder=replace(scene.interaction.finder, running=None))


def look(scene: Scene, facts: Facts) -> Scene:
    """Return the scene with the result of a search that has ended. Call once a frame, before the panels are drawn."""
    finder = scene.interaction.finder
    search = finder.running
    if search is None:
        return scene
    if search.request.image.network != scene.document.network:
        return stopped(scene)  # another network was opened meanwhile
    status = facts.jobs.ask(search)
    if status.failure is not None:
        return _ended(scene, problem=status.failure.message, advice=status.failure.advice)
    if not status.over or status.result is None or facts.model is None:
        return scene
    seconds = max(facts.now - finder.since, 0.0)
    layers = ways.layers_of(finder, facts.model)
    group = groups.group_of(search.way, status.result, facts.model, facts.arrays, layers, seconds)
    first = group.rows[0].array if group.rows else None
    return groups.with_group(_ended(scene, chosen=first, step=0), group)


def _ended(scene: Scene, **changes: object) -> Scene:
    finder: DirectionFinder = replace(scene.interaction.finder, running=None, **changes)  # type: ignore[arg-type]
    return scene.interacting(finder=finder)


def progress(scene: Scene, facts: Facts) -> tuple[int, int]:
    """Return how much of the running search is done, and of how much."""
    search = scene.interaction.finder.running
    if search is None:
        return 0, 0
    status = facts.jobs.ask(search)
    return status.done, status.total
