"""Start: the first steps of newcomers, bundled and published networks, examples, recent sessions."""
