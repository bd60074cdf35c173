"""Speed of the library, of datasets and of other inference engines."""
