"""Latents of photos: fits in W and W+ (StyleGAN2, arXiv 1912.04958, appendix D), and tuning (PTI, 2106.05744)."""
