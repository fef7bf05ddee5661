"""A long, hard performance that nobody listens to, and what came of it."""
