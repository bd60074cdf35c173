"""Services of the window, built when it opens and closed with it."""

from imgui_bundle import hello_imgui

from viz.files.capture import CAPTURES, Writer
from viz.files.kept.recent import RECENT_SESSIONS
from viz.files.memory import Memory
from viz.files.sessions import FILES
from viz.generate.noise_map import NOISE_MAP, NoiseMap
from viz.gl.image_cache import IMAGE_CACHE, ImageCache
from viz.gl.viewport import VIEWPORT, Viewport
from viz.history.compare_view import COMPARED_IMAGE, ComparedImage
from viz.link.measurements import SEEN, Seen
from viz.mixing.grid_export import GRID_EXPORT, GridExport
from viz.runs.actions import RUN_WORK, RunWork
from viz.runs.data import RUN_FILES, RunFiles
from viz.state.facts import Services
from viz.timeline.export import EXPORTER, Exporter


def built(seen: Seen, memory: Memory) -> Services:
    """Return all services of a window."""
    services, wake = Services(), hello_imgui.request_refresh
    services.add(SEEN, seen)
    services.add(FILES, memory.files)
    services.add(RECENT_SESSIONS, memory.recent)
    services.add(CAPTURES, Writer(wake))
    services.add(EXPORTER, Exporter())
    services.add(RUN_FILES, RunFiles(wake))
    services.add(RUN_WORK, RunWork(wake))
    services.add(GRID_EXPORT, GridExport())
    services.add(IMAGE_CACHE, ImageCache(wake))
    services.add(VIEWPORT, Viewport())
    services.add(COMPARED_IMAGE, ComparedImage())
    services.add(NOISE_MAP, NoiseMap())
    return services


def free(services: Services) -> None:
    """Release textures and end the threads that fill them. Call while the window's OpenGL context exists."""
    services[VIEWPORT].free()
    services[RECENT_SESSIONS].free()
    services[RUN_FILES].close()
    services[IMAGE_CACHE].free()
    services[COMPARED_IMAGE].free()
    services[NOISE_MAP].picture.free()


def close(services: Services) -> None:
    """Finish pending captures and run actions; film exports continue without the window."""
    services[RUN_WORK].close()
    services[CAPTURES].close()
    services[EXPORTER].close()
