"""Networks of layers: which network each layer takes its weights from, and how much."""
