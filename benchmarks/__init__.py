"""Programs that measure. Each prints JSON; figures are compared within one run, never across machines."""
