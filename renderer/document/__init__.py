"""Documents and their components: parts, timeline, recipes, sessions. No torch."""
