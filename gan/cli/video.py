"""`video`: a film that interpolates between seeds."""

from pathlib import Path

from foundation.specs.click_options import describe
from foundation.specs.film import CLEAR_FILMS
from foundation.specs.pictures import VideoSpec
from foundation.words import counted
from gan.animation.film import write_film
from gan.animation.seed_films import frames, keyframe_seeds
from gan.animation.walks import Interpolation, evenly
from gan.cli.command import command as make
from gan.cli.opening import bends_of, chosen_label, directions_of, open_generator, style_offsets_of
from gan.cli.progress import progress, say
from gan.images import RenderOptions, styles


@make(VideoSpec, "video", json_progress=True)
def command(spec: VideoSpec) -> None:
    """Render `w_frames` frames from each keyframe to the next, and from the last to the first."""
    width, height = spec.grid
    dealt = keyframe_seeds(spec.seeds, width * height, spec.num_keyframes, spec.shuffle_seed)
    G = open_generator(spec)
    directions = directions_of(G, spec.directions)
    options = RenderOptions(style_offsets=style_offsets_of(G, spec.style_offsets), bends=bends_of(G, spec.bends))
    interpolation: Interpolation = spec.interpolation  # type: ignore[assignment]  # the spec allows no other values
    walks = [
        evenly(
            styles(G, seeds, psi=spec.trunc, label=chosen_label(spec), cutoff=spec.trunc_cutoff),
            getattr(G.mapping, "w_avg", None),
            interpolation=interpolation,
            keep_norm=spec.keep_norm,
        )
        for seeds in dealt
    ]
    count = len(dealt[0]) * spec.w_frames
    times = [i / spec.w_frames for i in range(count)]
    behind = spec.background
    background = None if Path(spec.output).suffix.lower() in CLEAR_FILMS else behind
    with progress("Frames") as report:
        path = write_film(
            spec.output,
            frames(G, walks, width, times, directions, options, background),
            fps=spec.fps,
            metadata={"Software": "StyleScope", "Comment": describe(spec, "video")},
            progress=lambda done: report(done, count),
        )
    say(f"{counted(count, 'frame')}, {count / spec.fps:.1f} s: {path}")
