"""A renderer without a network, for tests and for the window before a network is open. No torch."""
