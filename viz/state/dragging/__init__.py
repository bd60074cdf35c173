"""State of dragging points that several parts of the window share."""
