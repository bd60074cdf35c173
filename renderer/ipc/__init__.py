"""Messages, shared memory and the client of the renderer process. No torch."""
