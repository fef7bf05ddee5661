"""OSC: packets, addresses, answers, and the socket they come through."""
