"""The product's window, opened as visualizer.py opens it, which writes its state to a JSON file: for test_xdotool.

`python -m tests.e2e.shell.xdotool_app STATE_FILE [NETWORK]`
"""

import dataclasses
import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any

import visualizer


def main() -> None:
    state_file, network = Path(sys.argv[1]), "".join(sys.argv[2:3])

    def watch(app: Any, params: Any) -> None:
        from imgui_bundle import imgui

        from viz.ui.widgets import spots

        any_popup = imgui.PopupFlags_.any_popup_id | imgui.PopupFlags_.any_popup_level

        places: dict[str, spots.Rect] = {}
        spots.watch(places)
        after = params.callbacks.after_swap

        def tell() -> None:
            if after is not None:
                after()
            pixels = app.link.pixels()
            state = {
                "places": places,
                "document": dataclasses.asdict(app.scene.document),
                "picture": None if pixels is None else zlib.crc32(pixels.tobytes()),
                "up_to_date": app.up_to_date and not app.link.moving,  # in motion images may be drafts
                "failure": app.link.failure.message if app.link.failure else "",
                "renderer": app.renderer.pid,
                "frame": imgui.get_frame_count(),
                "dialog": imgui.is_popup_open("", any_popup),
            }
            fresh = state_file.with_suffix(".new")
            fresh.write_text(json.dumps(state))
            os.replace(fresh, state_file)

        params.callbacks.after_swap = tell

    visualizer.open_window(network, {"vsync": False}, watch, welcome=False)


if __name__ == "__main__":
    main()
