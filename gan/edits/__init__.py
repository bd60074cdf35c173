"""Edits of ws between mapping and synthesis."""
