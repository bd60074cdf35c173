"""Traffic with the renderer: requests, jobs, measurements and background work."""
