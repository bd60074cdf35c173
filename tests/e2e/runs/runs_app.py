"""The product's window, opened as visualizer.py opens it, which writes the runs it knows to a JSON file.

`python -m tests.e2e.runs.runs_app STATE_FILE RUNS_FOLDER [SPEC_FILE]`: with a spec, a TrainSpec's fields as JSON, it
starts that training as the form does. It closes by itself when the file STATE_FILE.quit appears.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import visualizer
from foundation.specs.train import TrainSpec


def main() -> None:
    state_file, runs = Path(sys.argv[1]), sys.argv[2]
    spec = json.loads(Path(sys.argv[3]).read_text()) if len(sys.argv) > 3 else None

    def watch(app: Any, params: Any) -> None:
        from viz.files.leaving_dialog import CloseWindow
        from viz.runs.actions import StartRun

        if spec is not None:
            asked = {name: tuple(value) if isinstance(value, list) else value for name, value in spec.items()}
            app.change(lambda scene: scene.request(StartRun(TrainSpec(**asked), runs)))
        after = params.callbacks.after_swap

        def tell() -> None:
            if after is not None:
                after()
            found = [{"folder": run.folder, "state": run.state, "done": run.done} for run in app.facts.runs]
            fresh = state_file.with_suffix(".new")
            fresh.write_text(json.dumps(found))
            os.replace(fresh, state_file)
            if Path(f"{state_file}.quit").exists():
                app.change(lambda scene: scene.request(CloseWindow()))

        params.callbacks.after_swap = tell

    visualizer.open_window("", {"run_dirs": runs, "vsync": False}, watch, welcome=False)


if __name__ == "__main__":
    main()
