"""Specs: one frozen dataclass for each kind of run, with each option declared once.

A spec makes the options of its command line, the form in the window and the checks.
"""
