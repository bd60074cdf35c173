"""Generator panel: network, latent, truncation, noise, transform, directions and style channels."""
