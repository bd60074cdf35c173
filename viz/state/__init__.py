"""State of the window: frozen scene, store, history, parameters, settings, and input of the panels."""
