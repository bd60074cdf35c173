"""StyleScope's icon."""

from PIL import Image

from viz.ui.tokens import DARK

SIZE = 256
"""Pixels of the icon's side."""
_FINER = 4
"""Times that it is drawn larger, for smooth edges."""


def icon() -> Image.Image:
    """Draw the logo, transparent around it: three nested shapes, one for each band of layers."""
    from PIL import ImageDraw  # slow

    side = SIZE * _FINER
    image = Image.new("RGBA", (side, side))
    pen, middle = ImageDraw.Draw(image), side / 2
    for colour, share, round_ in ((DARK.coarse, 0.48, False), (DARK.middle, 0.32, True), (DARK.fine, 0.16, False)):
        reach = share * side
        if round_:
            pen.ellipse((middle - reach, middle - reach, middle + reach, middle + reach), fill=colour)
        else:
            corners = [(middle + reach, middle), (middle, middle + reach), (middle - reach, middle)]
            pen.polygon([*corners, (middle, middle - reach)], fill=colour)
    return image.resize((SIZE, SIZE), Image.Resampling.LANCZOS)
