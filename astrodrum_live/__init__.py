"""AstroDrum Live: a drum instrument whose hits are invented while it is played."""

__version__ = "0.1.0"
