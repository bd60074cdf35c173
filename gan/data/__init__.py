"""Datasets: reading pictures and labels from a zip file or a folder."""

from gan.data.reader import DatasetError, ImageSource

__all__ = ["DatasetError", "ImageSource"]
