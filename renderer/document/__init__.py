"""Documents and what they are made of: parts, timeline, recipes, sessions. No torch."""
