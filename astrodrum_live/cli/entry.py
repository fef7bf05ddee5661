"""Where the command begins. Ctrl-C before there is anything to finish just ends it."""

import signal


def main() -> None:
    """Run ``astrodrum``."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # while modules load: no traceback out of them
    from astrodrum_live.cli.main import app

    signal.signal(signal.SIGINT, signal.default_int_handler)
    app()
