"""Tests of dragging points in the window, without a window."""
