"""Climb the sanity ladder on real hits: ``python tools/ladder.py DATA...``; minutes on one core.

Prints the table of docs/evaluation.md: every measure at every rung of damage, and which families
it does not worsen in.
"""

import argparse
import sys
from pathlib import Path

import torch

from astrodrum_live.evaluation.embeddings import load_embeddings
from astrodrum_live.evaluation.ladder import climb, steady
from astrodrum_live.evaluation.measures import SETS
from astrodrum_live.evaluation.reference import read_reference


def main() -> None:
    """Print the ladder as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path)
    torch.set_num_threads(1)
    reference = read_reference(parser.parse_args().data, load_embeddings())
    rows = list(climb(reference, told=lambda rung: print(rung, file=sys.stderr, flush=True)))
    names = [measure.name for measure in SETS if measure.name in rows[0]]
    print(f"Embeddings `{reference.embeddings.hash}`, reference `{reference.hits.hash}`.\n")
    print("| damage | " + " | ".join(names) + " |")
    print("|---" * (len(names) + 1) + "|")
    for row in rows:
        print(
            f"| {row['family']}, {row['rung']} | "
            + " | ".join(f"{row[n]:.3g}" for n in names)
            + " |"
        )
    print("\n| measure | worsens at every rung of | does not in |\n|---|---|---|")
    for name, families in steady(rows).items():
        kept = ", ".join(family for family, ok in families.items() if ok)
        lost = ", ".join(family for family, ok in families.items() if not ok)
        print(f"| {name} | {kept} | {lost} |")


if __name__ == "__main__":
    main()
