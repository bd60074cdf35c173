"""Jobs that drag points of a picture."""
