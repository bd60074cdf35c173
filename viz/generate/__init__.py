"""Generator panel: network, latent, truncation, noise, transform and directions."""
