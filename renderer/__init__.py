"""The renderer process and the way to it.

The window imports only client, interface, document, protocol, frames and fake.
"""
