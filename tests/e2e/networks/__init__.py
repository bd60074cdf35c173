"""Networks of layers, in the window."""
