"""Running a training: its folder, checkpoints, status and processes."""
