"""Options of the ways to edit with optimisation: fitting photos and dragging points."""
