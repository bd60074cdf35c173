"""The window: panels, canvas, store. Never imports torch, gan or the renderer's worker."""
