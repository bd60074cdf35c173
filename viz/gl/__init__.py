"""OpenGL: textures, the upload thread, the viewport, thumbnails and the image cache."""
