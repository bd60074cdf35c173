"""Files that a fit of a photo writes, its defaults, and the choices of its form. Nothing but values."""

STEPS = {"quick": 150, "good": 400, "best": 1000}
"""Steps of a fit in W or W+; `best` is the published number."""
TUNE_STEPS = {"quick": 150, "good": 250, "best": 350}
"""Steps of tuning; `best` is the published number at most. From 150 on it is closer than W+ of as many steps of its own
(`benchmarks.editing.quality`)."""
TIMES = tuple(STEPS)
SPACES = ("w", "w+")
SEED = 303
"""Published seed."""
NOISE_WEIGHT = 1e5
"""Published weight of the noise regulariser."""
EDITABLE = 0.6
STRONGEST, GROWTH = 3.0, 6.0
"""Weight of the distance from the mean at `editable` 1, and how fast it grows, see `editable_weight`."""
START_SEEDS = 300
"""Seeds that the start `best` is chosen from."""
MEAN, BEST = "mean", "best"
"""Starts that are no file."""

PROJECTED, PROJECTION, TARGET, FILM = "projected_w.npz", "proj.png", "target.png", "proj.mp4"
"""Published names: w [1, num_ws, w_dim], its picture, the cropped photo, the film."""
IGNORED = "ignore.png"
"""Copy of the picture of the region that is ignored."""
TUNED = "tuned.safetensors"
"""The photo's own copy of the network."""
ABOUT = "fit.json"
"""Facts of a fit for readers without torch: see `docs/guide/photos.md`."""
CURVE = "fit.jsonl"
"""A line of JSON for each step."""
LATEST, LATEST_PICTURE = "latest.npz", "latest.png"
"""The present w, and while tuning the present picture, of a fit that runs."""
STATE = "fit-state.safetensors"
"""State that an interrupted fit goes on from; absent once it is finished."""
PAUSE = "pause"
"""While a file of this name was changed less than `PAUSE_S` ago, the fit waits."""
PAUSE_S = 5.0
