"""Training: losses, augmentation, the loop, and what a run writes."""
