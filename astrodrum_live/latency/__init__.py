"""How late is it? Synthetic strokes through a real path, found again in its real output."""
