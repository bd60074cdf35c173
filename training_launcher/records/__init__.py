"""Readers of the records that a run writes while it goes: growing text files, columns of statistics, metric results."""
