"""Form for a new run: options, executor, validation, and the resulting command line."""
