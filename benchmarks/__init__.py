"""The instrument beside its peers, in turns and in one run: ``python -m benchmarks``."""
