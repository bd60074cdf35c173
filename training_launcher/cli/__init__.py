"""`python -m training_launcher`: one file a command."""
