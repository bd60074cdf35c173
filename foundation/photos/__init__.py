"""Photos of the user: reading them in bounded memory, and square crops of them for a network."""
