"""The visual language: theme, icons, widgets, plots, number formats and the draw cache."""
