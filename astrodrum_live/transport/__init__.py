"""Beats and frames: the tempo, where the music stands, and whom it follows. Knows no device."""
