"""History panel and comparison: earlier states, and the image of state B beside the current one."""
