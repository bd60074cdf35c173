"""Documents with the weights of several networks."""
