"""Making a dataset of one's own pictures: survey, preview, conversion, and the run that fits it."""
