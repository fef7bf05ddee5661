"""``python -m astrodrum_live.training``: training where torch, numpy and scipy are all there is.

The verb ``astrodrum train`` without the command line's libraries, for a machine lent for an hour.
"""

import argparse
import math
import sys
from pathlib import Path

from astrodrum_live.training.console import PlainConsole
from astrodrum_live.training.errors import TrainingError
from astrodrum_live.training.hits import DataError
from astrodrum_live.training.recipe import RecipeError
from astrodrum_live.training.session import Settings, train_model


def main(arguments: list[str]) -> int:
    """Train as ``arguments`` say; the exit code, 2 for an error that can be mended."""
    parser = argparse.ArgumentParser("python -m astrodrum_live.training", description=__doc__)
    add = parser.add_argument
    add("data", type=Path, nargs="+", help="files of 'astrodrum train --only-cache', or folders")
    add("--out", type=Path, required=True, help="the model folder to make")
    add("--recipe", default="live", help="live, wavegan, or a TOML file")
    add("--slice", type=int, default=16384, dest="slice_len", help="frames in a hit")
    add("--steps", type=int, help="steps in all")
    add("--minutes", type=float, default=math.inf, help="stop after this long")
    add("--batch", type=int, help="hits in a step")
    add("--seed", type=int, default=0, help="of the whole run")
    add("--device", default="auto", help="auto, cpu, cuda or mps")
    add("--threads", type=int, default=1, help="CPU threads")
    add("--fresh", action="store_true", help="start over")
    add("--from", type=Path, dest="start", help="a model folder to begin with")
    add("--knob-hits", type=int, default=128, help="hits of each class to find knobs with; 0: none")
    told = parser.parse_args(arguments)
    command = "python -m astrodrum_live.training " + " ".join(arguments)
    settings = Settings(**vars(told) | {"data": tuple(told.data), "command": command})
    try:
        train_model(settings, PlainConsole())
    except (DataError, RecipeError, TrainingError) as error:
        print(f"astrodrum: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
