"""File handling of the window: sessions, recipes, latents, captures, autosave and the file browser."""
