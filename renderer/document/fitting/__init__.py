"""Parts of a session for fitting photos."""
