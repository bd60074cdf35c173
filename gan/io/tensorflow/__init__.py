"""Reading the TensorFlow releases of StyleGAN 1, 2 and 2-ADA."""
