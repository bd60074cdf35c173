"""Shared base of StyleScope: files, run folders, processes, arrays, interpolation, workers and option specs.

Imports neither torch nor a window library, and none of the other packages; all of them may import it.
"""
