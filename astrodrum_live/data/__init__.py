"""Sets of hits to train on. Imports no torch."""
