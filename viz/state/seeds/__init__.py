"""Seeds of the present network: their marks."""
