"""The lens: live figures of the network for the present picture."""
