"""Reading the TensorFlow releases of StyleGAN 1 and 2."""
