"""The tour: the window shown by itself, worked by mouse and keyboard as a user would, filmed as it goes."""
