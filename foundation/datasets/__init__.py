"""Datasets without torch: their files, the pixels of their images, crops, near-duplicates, films, and a survey."""
