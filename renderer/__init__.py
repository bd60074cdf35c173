"""The renderer process and its client.

The window imports only client, interface, document, protocol, frames and fake.
"""
