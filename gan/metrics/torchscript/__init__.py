"""TorchScript files as feature networks: trust, and processes of their own."""
