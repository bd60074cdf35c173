"""Fast ways to run the networks of `gan.networks`."""
