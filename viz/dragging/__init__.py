"""Point dragging: points on the picture that are pulled to their targets, the plate, and the section of the panel."""
