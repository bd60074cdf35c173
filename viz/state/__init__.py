"""State of the window: frozen scene, store, history, parameters, settings, and what panels receive."""
