"""``python -m astrodrum_live.cli``: the same as the command ``astrodrum``."""

from astrodrum_live.cli.entry import main

main()
