"""The canvas: the image, the tools over it, loupe and handles."""
