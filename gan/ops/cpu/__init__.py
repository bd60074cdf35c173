"""Kernels for the CPU, written in numba: no compiler is needed on the user's machine.

`jit` compiles them and keeps them on disk, `vectors` gives them explicit vectors. Nothing here imports numba before a
kernel is wanted: importing it takes longer than opening a small network.
"""
