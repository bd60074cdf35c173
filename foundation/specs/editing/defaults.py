"""Defaults and words that options of edits share with documents. Standard library only, and nothing but values.

Documents and requests need them in every process, long before anybody needs the options.
"""

MEASURE_WORDS = (
    "brighter",
    "redder",
    "greener",
    "bluer",
    "more colourful",
    "more contrast",
    "sharper",
    "larger",
    "further left",
    "higher",
    "like the present picture",
)
"""Effects of a direction on a region, as they are chosen."""
NEEDS_REGION = ("larger", "further left", "higher")
"""Those of a thing in the picture, which must be painted."""
SIMILAR = MEASURE_WORDS[-1]
"""Of these, the measure that compares with the picture at the time of the search."""
PCA_SAMPLES, PCA_COMPONENTS, PCA_SEED = 10_000, 70, 1
SEFA_COMPONENTS = 20
BOUNDARY_RATIO, BOUNDARY_SPLIT = 0.02, 0.7
"""Published shares of the pictures at each end of the scores, and of those that train."""
MEASURE_SAMPLES, CLASS_SAMPLES = 400, 1000
MEASURE_WEAK = 0.1
"""R^2 below which one direction hardly explains a measure."""
MEASURE_ADVICE = "this depends on the picture. Try more pictures or another region."
"""Said below it."""
PILE_LEAST, PILE_SAMPLE = 4, 400
"""Pictures in each of two piles from which a direction is learned, and seeds that the pictures come from."""
STYLESPACE_COUNT, STYLESPACE_SAMPLES, STYLESPACE_PICTURES = 32, 2000, 4

DRAG_MOST_POINTS = 16
"""Most points of a drag."""
DRAG_HOLD, DRAG_PATIENCE = 20.0, 300
DRAG_MOST_STEPS = 1000
