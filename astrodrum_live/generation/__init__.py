"""Hits: made by a model or taken from its bank, filtered, and pushed into the pads' rings."""
