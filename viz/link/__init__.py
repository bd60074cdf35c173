"""Connection to the renderer: requests, jobs, measurements and background work."""
