"""Patterns: what they are, how they are edited, and what of them is due. No clocks, no engine."""
