"""Window tests of dragging points."""
