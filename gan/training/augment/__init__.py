"""Augmentation of the discriminator's images, and the controller of its probability."""
