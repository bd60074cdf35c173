"""What can be asked of every kind of run: one frozen dataclass a kind, each option declared once.

A spec makes the options of its command line, the form in the window and the checks.
"""
