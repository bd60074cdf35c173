"""Commands, keyboard shortcuts and the command palette."""
