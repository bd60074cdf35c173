"""Saving in other formats and copying, in the real window."""

import os
from pathlib import Path

import numpy as np
import pytest
from imgui_bundle import imgui
from PIL import Image

from tests.e2e.driver import Driver, drive
from viz.state.settings import Settings

Key = imgui.Key


@pytest.mark.parametrize(
    ("name", "ending", "suffix"), [("16 bit", "0.png", ".png"), ("JPEG", "0.jpg", ".jpg"), ("WebP", "0.webp", ".webp")]
)
def test_a_picture_saved_in_a_format_opens_again_with_all_that_it_was_made_of(name, ending, suffix, tmp_path):
    index = {"16 bit": 1, "JPEG": 2, "WebP": 3}[name]

    def steps(d: Driver):
        d.wait_frame()
        d.drag_slider("//Generator/ψ/##track", 0.3)
        d.wait_frame()
        d.click(f"//Mix/capture/format/##{index}")
        assert d.scene.settings.capture_format == ("png16", "jpeg", "webp")[index - 1]
        d.click("//Mix/capture/##picture")
        d.wait_for(lambda: d.facts.saved.endswith(ending), what="the file")
        path, before = Path(d.facts.saved), d.scene.document
        with Image.open(path) as image:
            shown = np.asarray(image.convert("RGB")).astype(int)
        difference = np.abs(shown - d.picture()[..., :3]).max()
        assert difference <= (48 if name == "JPEG" else 1 if name == "16 bit" else 0)
        if name == "16 bit":
            assert path.read_bytes()[24] == 16
        d.press(Key.mod_ctrl, Key.z)
        d.wait_frame()
        assert d.scene.document.truncation.psi != before.truncation.psi
        d.app.drop([str(path)])
        d.wait_for(lambda: d.scene.document.truncation == before.truncation, what="the document of the picture")
        d.wait_for(lambda: d.facts.undo == f"Open {path.name}", what="its step")
        assert path.suffix == suffix

    drive(steps, size=(1600, 900), settings=Settings(capture_dir=str(tmp_path), drafts=False))


def test_ctrl_c_copies_the_picture_or_says_that_there_is_no_clipboard(monkeypatch):
    import copykitten

    copied = []

    def copy_image(content: bytes, width: int, height: int) -> None:
        copied.append(np.frombuffer(content, np.uint8).reshape(height, width, 4))

    monkeypatch.setattr(copykitten, "copy_image", copy_image)

    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.c)
        d.wait_for(lambda: any(one.text == "Copied the picture" for one in d.app.messages), what="the message")
        assert len(copied) == 1
        np.testing.assert_array_equal(copied[0], d.picture())
        d.click("//Mix/capture/##copy")
        d.wait_for(lambda: len(copied) == 2, what="the second copy")
        d.app.dismiss_messages()

        def refuse(content: bytes, width: int, height: int) -> None:
            raise copykitten.CopykittenError("Clipboard was never initialized.")

        monkeypatch.setattr(copykitten, "copy_image", refuse)
        d.press(Key.mod_ctrl, Key.c)
        d.wait_for(lambda: [one for one in d.app.messages if one.bad], what="the refusal")
        (message,) = [one for one in d.app.messages if one.bad]
        assert message.text == "The picture cannot be copied"
        assert message.detail == "There is no clipboard here, as without a display; save it instead."
        # In a field the keys copy its text.
        d.app.dismiss_messages()
        d.ctx.item_input("//Mix/capture/##folder")
        d.press(Key.mod_ctrl, Key.c)
        d.frames(5)
        assert not d.app.messages

    drive(steps, size=(1600, 900))


@pytest.mark.skipif(bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")), reason="there is a display")
def test_without_a_display_the_library_itself_refuses():
    def steps(d: Driver):
        d.wait_frame()
        d.press(Key.mod_ctrl, Key.c)
        d.wait_for(lambda: d.app.messages, what="the message")
        assert d.app.messages[0].detail.startswith("There is no clipboard here")

    drive(steps)
