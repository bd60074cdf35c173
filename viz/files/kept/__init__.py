"""Autosave, the folder of sessions, sessions of earlier windows, and the removal of leftovers."""
