"""Services of the window, built when it opens and closed with it."""

from imgui_bundle import hello_imgui

from viz.directions.library import LIBRARY, Library
from viz.dragging.mask import DIM_PICTURE, DimPicture
from viz.files.capture import CAPTURES, Writer
from viz.files.clipboard import CLIPBOARD, Clipboard
from viz.files.kept.recent import RECENT_SESSIONS
from viz.files.memory import Memory
from viz.files.network_saver import NETWORK_SAVER, NetworkSaver
from viz.files.sessions import FILES
from viz.gallery.export import SEED_EXPORTER
from viz.gallery.known import KNOWN, Known
from viz.generate.noise_map import NOISE_MAP, NoiseMap
from viz.generate.pad_map import PAD_MAP, PadMap
from viz.gl.image_cache import IMAGE_CACHE, ImageCache
from viz.gl.viewport import VIEWPORT, Viewport
from viz.history.compare_view import COMPARED_IMAGE, ComparedImage
from viz.link.film_store import FilmStore
from viz.link.measurements import SEEN, Seen
from viz.mixing.grid_export import GRID_EXPORT, GridExport
from viz.networks.closest import CLOSEST, ClosestFits
from viz.networks.compare import COMPARED, ComparedPictures
from viz.photos.faces import FACES, FaceFinder
from viz.photos.fits import FITS, Fits
from viz.photos.pasting import PASTING, Pasting
from viz.photos.pictures import PHOTO_PICTURES, PhotoPictures
from viz.runs.actions import RUN_WORK, RunWork
from viz.runs.data import RUN_FILES, RunFiles
from viz.runs.new_dataset import state as new_dataset
from viz.runs.pages.player import FILM_PLAYER, FilmPlayer
from viz.start.downloads import DOWNLOADS, Downloads
from viz.start.panel import START_PICTURES, StartPictures
from viz.state.facts import Services
from viz.timeline.export import EXPORTER, Exporter
from viz.timeline.preview import FILM_STORE


def built(seen: Seen, memory: Memory, film: FilmStore, library: Library) -> Services:
    """Return all services of a window."""
    services, wake = Services(), hello_imgui.request_refresh
    services.add(SEEN, seen)
    services.add(FILES, memory.files)
    services.add(RECENT_SESSIONS, memory.recent)
    services.add(CAPTURES, Writer(wake))
    services.add(CLIPBOARD, Clipboard(wake))
    services.add(NETWORK_SAVER, NetworkSaver(wake))
    services.add(EXPORTER, Exporter())
    services.add(SEED_EXPORTER, Exporter())
    services.add(KNOWN, Known())
    services.add(FILM_STORE, film)
    services.add(DOWNLOADS, Downloads(wake))
    services.add(START_PICTURES, StartPictures())
    services.add(RUN_FILES, RunFiles(wake))
    services.add(new_dataset.MAKING, new_dataset.built(wake))
    services.add(FILM_PLAYER, FilmPlayer(wake))
    services.add(RUN_WORK, RunWork(wake))
    services.add(GRID_EXPORT, GridExport())
    services.add(IMAGE_CACHE, ImageCache(wake))
    services.add(VIEWPORT, Viewport())
    services.add(COMPARED_IMAGE, ComparedImage())
    services.add(COMPARED, ComparedPictures())
    services.add(CLOSEST, ClosestFits())
    services.add(NOISE_MAP, NoiseMap())
    services.add(PAD_MAP, PadMap())
    services.add(DIM_PICTURE, DimPicture())
    services.add(LIBRARY, library)
    services.add(PHOTO_PICTURES, PhotoPictures(wake))
    services.add(FACES, FaceFinder(wake))
    services.add(FITS, Fits(wake))
    services.add(PASTING, Pasting(wake))
    return services


def free(services: Services) -> None:
    """Release textures and end the threads that fill them. Call while the window's OpenGL context exists."""
    services[VIEWPORT].free()
    services[START_PICTURES].free()
    services[RECENT_SESSIONS].free()
    services[RUN_FILES].close()
    services[new_dataset.MAKING].free()
    services[FILM_PLAYER].free()
    services[IMAGE_CACHE].free()
    services[PHOTO_PICTURES].free()
    services[COMPARED_IMAGE].free()
    services[COMPARED].free()
    services[NOISE_MAP].picture.free()
    services[DIM_PICTURE].picture.free()


def close(services: Services) -> None:
    """Finish pending captures and run actions; film exports continue without the window."""
    services[RUN_WORK].close()
    services[FITS].close()
    services[FACES].close()
    services[PASTING].close()
    services[LIBRARY].close()
    services[CAPTURES].close()
    services[CLIPBOARD].close()
    services[NETWORK_SAVER].close()
    services[EXPORTER].close()
    services[SEED_EXPORTER].close()
    services[DOWNLOADS].close()
