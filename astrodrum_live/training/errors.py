"""What can be wrong with a run."""


class TrainingError(Exception):
    """A run that cannot start or go on; the message says why and what would help."""
