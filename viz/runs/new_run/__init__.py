"""The form for a new run: what is asked for, where it runs, what is wrong with it, and its command line."""
