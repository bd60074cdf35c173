"""Datasets: reading images and labels from a zip file or a folder, in an order, ahead of their use."""

from gan.data.loader import Loader
from gan.data.reader import DatasetError, ImageSource
from gan.data.sequence import IndexSequence

__all__ = ["DatasetError", "ImageSource", "IndexSequence", "Loader"]
