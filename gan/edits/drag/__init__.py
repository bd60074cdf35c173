"""Dragging points of a picture (DragGAN, Pan et al., arXiv 2305.10973)."""
