"""The tab Directions, and what it found, as other parts of the window see them."""
