"""Looks for bytes that one of the instrument's doors does not stand: coverage-guided, by atheris.

    pip install atheris
    python tools/fuzz.py osc --seconds 60
    python tools/fuzz.py --list

Every door either accepts what it is given or refuses it with the error its reader documents
(``tests/fuzz_targets.py``); another error, 5 s without an answer or 2 GB of memory end the run with
exit code 1 or more, and leave the bytes in ``--findings``. A finding that is mended goes to
``tests/corpora``, which ``tests/test_corpora.py`` replays.
"""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
PARTS = ("control", "model", "live", "page", "sequencer", "transport")
WATCHED = [f"astrodrum_live.{name}" for name in PARTS]


def main() -> None:
    told = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    told.add_argument("target", nargs="?", help="which door")
    told.add_argument("--seconds", type=int, default=60)
    told.add_argument("--findings", type=Path, default=Path("fuzz-findings"))
    told.add_argument("--longest", type=int, default=4096, help="bytes of an input at most")
    told.add_argument("--list", action="store_true", help="the doors, and no more")
    options = told.parse_args()
    sys.path[:0] = [str(REPO), str(REPO / "tests")]
    os.environ["ASTRODRUM_HOME"] = os.path.join(os.devnull, "none")
    os.environ["ASTRODRUM_CACHE"] = tempfile.mkdtemp(prefix="astrodrum-fuzz-cache-")
    try:
        import atheris
    except ImportError:
        sys.exit("this needs atheris: pip install atheris")
    with atheris.instrument_imports(include=[*WATCHED, "mido", "tomllib", "tomlkit"]):
        import fuzz_targets
    if options.list or options.target not in fuzz_targets.TARGETS:
        print(*fuzz_targets.TARGETS, sep="\n")
        sys.exit(0 if options.list else 2)
    logging.disable(logging.CRITICAL)
    options.findings.mkdir(parents=True, exist_ok=True)
    target = fuzz_targets.TARGETS[options.target]
    with tempfile.TemporaryDirectory(prefix="astrodrum-fuzz-corpus-") as grown:
        atheris.Setup(
            [
                sys.argv[0],
                grown,  # new inputs go to the first folder
                str(fuzz_targets.CORPORA / options.target),
                f"-max_total_time={options.seconds}",
                f"-max_len={options.longest}",
                f"-artifact_prefix={options.findings}/{options.target}-",
                "-timeout=5",
                "-rss_limit_mb=2048",
                "-print_final_stats=1",
            ],
            lambda data: target(data) and None,
        )
        atheris.Fuzz()


if __name__ == "__main__":
    main()
