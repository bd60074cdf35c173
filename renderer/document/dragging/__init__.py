"""Dragging points of a picture: the points, the job that drags them, and its progress. No torch."""
