"""Runs: what can be asked of them, where they run, and how one watches them. Imports neither torch nor gan."""
