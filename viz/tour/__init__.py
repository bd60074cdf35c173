"""Scripted tour of the window, driven by mouse and keyboard events and recorded as screenshots and a film."""
