"""Kits as files that other instruments open: samples, SFZ, Hydrogen, Dirt-Samples and Strudel."""
