"""Visual design: theme, icons, widgets, plots, number formats and the draw cache."""
