"""The tab Photos and its queue as other parts of the window change them. Pure functions."""

from collections.abc import Iterable
from dataclasses import replace

from renderer.document.fitting.photos import FitSettings, PhotoRow, Photos
from viz.state.fitting.parts import PhotoTable
from viz.state.scene import Scene

TAB = "Photos"
_WITHOUT = ("mix", "train")
"""Workspaces without the tab."""


def with_photos(scene: Scene, photos: Photos) -> Scene:
    """Return the scene with another queue."""
    return scene if photos == scene.view.photos else replace(scene, view=replace(scene.view, photos=photos))


def table(scene: Scene, **changes: object) -> Scene:
    """Return the scene with parts of the tab's state replaced."""
    changed: PhotoTable = replace(scene.interaction.photos, **changes)  # type: ignore[arg-type]
    return scene.interacting(photos=changed)


def shown(scene: Scene) -> Scene:
    """Return the scene with the tab Photos in front, in a workspace that has it."""
    view = scene.view
    workspace = "explore" if view.workspace in _WITHOUT else view.workspace
    scene = replace(scene, view=replace(view, workspace=workspace, panels_hidden=False))
    return scene.interacting(front=replace(scene.interaction.front, window=TAB))


def added(scene: Scene, paths: Iterable[str]) -> Scene:
    """Return the scene with photos added to the queue, the first new one chosen; known ones are only chosen."""
    photos = scene.view.photos
    known = {row.path: index for index, row in enumerate(photos.rows)}
    settings = photos.rows[-1].settings if photos.rows and photos.same else FitSettings()
    new = tuple(PhotoRow(path, settings=settings) for path in dict.fromkeys(paths) if path not in known)
    first = len(photos.rows) if new else next((known[path] for path in paths if path in known), photos.chosen)
    rows = (*photos.rows, *new)[:1000]
    return shown(with_photos(scene, replace(photos, rows=rows, chosen=min(first, max(len(rows) - 1, 0)))))


def chosen(scene: Scene, index: int) -> Scene:
    """Return the scene with another row chosen."""
    photos = scene.view.photos
    index = min(max(index, 0), max(len(photos.rows) - 1, 0))
    return table(with_photos(scene, replace(photos, chosen=index)), painting=False)


def removed(scene: Scene, index: int) -> Scene:
    """Return the scene without a row, which can be brought back."""
    photos = scene.view.photos
    if not 0 <= index < len(photos.rows):
        return scene
    row, rows = photos.rows[index], photos.rows[:index] + photos.rows[index + 1 :]
    at = min(photos.chosen - (photos.chosen > index), max(len(rows) - 1, 0))
    scene = with_photos(scene, replace(photos, rows=rows, chosen=max(at, 0)))
    viewing = scene.interaction.photos.viewing
    return table(scene, removed=(index, row), painting=False, viewing="" if viewing == row.path else viewing)


def brought_back(scene: Scene) -> Scene:
    """Return the scene with the row that was removed last."""
    found, photos = scene.interaction.photos.removed, scene.view.photos
    if found is None or photos.find(found[1].path) is not None:
        return table(scene, removed=None)
    index, row = found
    rows = (*photos.rows[:index], row, *photos.rows[index:])
    return table(with_photos(scene, replace(photos, rows=rows, chosen=min(index, len(rows) - 1))), removed=None)


def moved(scene: Scene, index: int, to: int) -> Scene:
    """Return the scene with a row at another place of the queue; the same row stays chosen."""
    photos = scene.view.photos
    to = min(max(to, 0), len(photos.rows) - 1)
    if index == to or not 0 <= index < len(photos.rows):
        return scene
    now, rest = photos.row, photos.rows[:index] + photos.rows[index + 1 :]
    rows = (*rest[:to], photos.rows[index], *rest[to:])
    return with_photos(scene, replace(photos, rows=rows, chosen=rows.index(now) if now in rows else 0))


def put(scene: Scene, row: PhotoRow) -> Scene:
    """Return the scene with the row of a path replaced."""
    return with_photos(scene, scene.view.photos.put(row))


def with_settings(scene: Scene, row: PhotoRow, settings: FitSettings) -> Scene:
    """Return the scene with other settings of a row, or of all rows if they are the same."""
    photos = scene.view.photos
    if not photos.same:
        return put(scene, replace(row, settings=settings))
    return with_photos(scene, replace(photos, rows=tuple(replace(one, settings=settings) for one in photos.rows)))


def with_same(scene: Scene, same: bool) -> Scene:
    """Return the scene with the same settings for all photos, those of the chosen one, or not."""
    scene, row = with_photos(scene, replace(scene.view.photos, same=same)), scene.view.photos.row
    return with_settings(scene, row, row.settings) if same and row is not None else scene
