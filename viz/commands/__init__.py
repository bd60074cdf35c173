"""The table of commands, keys, shortcuts and the command palette."""
