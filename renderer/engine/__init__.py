"""The renderer process: requests to images, with the networks of `gan`."""
