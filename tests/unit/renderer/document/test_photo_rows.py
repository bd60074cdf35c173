"""The queue of photos in a session: kept whole, and bounded where a file claims what cannot be."""

import numpy as np

from foundation.photos.crop import Crop
from renderer.document.arrays import ArrayStore
from renderer.document.document import Document, Swatch, View
from renderer.document.fitting.photos import FitSettings, PhotoRow, Photos
from renderer.document.parts import Latent, Network
from renderer.document.plain import from_plain, to_plain
from renderer.document.session import Session, load, save


def test_a_session_keeps_photos_and_fitted_swatches(tmp_path):
    arrays = ArrayStore()
    mask = np.zeros((16, 16), np.uint8)
    mask[3:5] = 255
    settings, run = FitSettings("tuned", "best", 0.2, "present", 10.0), "/runs/00003-project-jon"
    crop = (0.4, 0.6, 1.5, -9.0, True)
    row = PhotoRow("/photos/jon.jpg", *crop, settings, arrays.add(mask), run, True, "avatars", "a" * 64, True)
    photos = Photos((row, PhotoRow("/photos/lin.png")), 1, False, False)
    ref = arrays.add(np.ones((3, 4), np.float32))
    swatch = Swatch(
        "jon.jpg", Latent(array=ref), photo="jon.jpg, Tuned, distance 0.10", network=Network("/r/t.safetensors")
    )
    save(tmp_path / "a.stylescope", Session(Document(shelf=(swatch,)), View(photos=photos)), arrays)
    notes: list[str] = []
    other = ArrayStore()
    found = load(tmp_path / "a.stylescope", other, notes)
    assert notes == []
    assert found.view.photos == photos
    assert found.document.shelf == (swatch,)
    assert (other.get(row.ignore) == mask).all()


def test_values_that_cannot_be_keep_their_defaults():
    plain = to_plain(PhotoRow("/a.png"))
    notes: list[str] = []
    found = from_plain(PhotoRow, {**plain, "x": 7, "size": 0, "angle": "much", "settings": {"time": "never"}}, notes)
    assert (found.crop, found.settings) == (Crop(), FitSettings())
    assert len(notes) == 4


def test_another_crop_takes_what_was_painted_away():
    ref = ArrayStore().add(np.ones((4, 4), np.uint8))
    row = PhotoRow("/a.png", ignore=ref)
    assert row.cropped(row.crop).ignore == ref
    assert row.cropped(Crop(0.2)).ignore is None
    assert row.cropped(Crop(0.2)).framed


def test_the_border_of_a_face_stays_with_its_crop():
    crop = Crop(0.2, 0.3, 0.5, 4.0, "blurred")
    row = PhotoRow("/a.png").cropped(crop)
    assert (row.blurred, row.crop) == (True, crop)
    assert row.cropped(crop.moved(0.1, 0)).blurred, "a frame that is moved is still that of a face"
    assert not row.cropped(Crop()).blurred
    plain = to_plain(row)
    del plain["blurred"]
    assert not from_plain(PhotoRow, plain, []).blurred


def test_older_sessions_have_no_photos():
    notes: list[str] = []
    plain = to_plain(View())
    del plain["photos"]
    assert from_plain(View, plain, notes).photos == Photos()
    assert notes == []
