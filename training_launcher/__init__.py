"""Runs: submitting, supervising, watching and listing them. Imports neither torch nor gan."""
