"""Commands of `python -m training_launcher`."""
