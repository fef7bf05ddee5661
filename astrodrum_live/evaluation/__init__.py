"""How good a model's hits are: measures with floors beside them. Imports torch, numpy and scipy."""
