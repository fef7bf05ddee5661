"""Hits: made by a model (or taken from its frozen bank), filtered, and pushed into the pads' rings."""
