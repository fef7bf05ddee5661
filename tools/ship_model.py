"""Make a finished training run the model that ships: one command, which may be run again.

``python tools/ship_model.py RUN NAME --reference DATA...`` copies the run to ``models/NAME`` and
then, each as its own command: finds the knobs (graded on the pads of the shipped kits as well),
makes the frozen bank, evaluates into card and sheet, writes NAME wherever this tree names the model
that shipped before, and freezes the kits. What is done is noted in ``models/NAME/.shipping.json``
and not done again; the note goes when all is done. ``--again STEP...`` does steps anew.
"""

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("config.json", "weights.safetensors", "CARD.md", "log.jsonl", "bank.npz")
NOTE = ".shipping.json"
NAMED_IN = ("astrodrum_live", "tests", "benchmarks", "tools", "docs", "patches", "examples")
TEXTS = (".py", ".md", ".toml", ".js", ".html", ".txt")
CHOICE = ROOT / "astrodrum_live" / "live" / "model_choice.py"
DEFAULT = re.compile(r'^DEFAULT_MODEL = "(.+)"$', re.MULTILINE)
BANK_HITS = 4  # of each class


def main() -> None:
    """Do what is left to do, step by step, and say what was done."""
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("run", type=Path, help="the folder that 'astrodrum train --out' filled")
    given.add_argument("name", help="of the model, for example drums-v8")
    given.add_argument("--reference", type=Path, action="append", required=True)
    given.add_argument("--knob-hits", type=int, default=128)
    given.add_argument("--knob-sweeps", type=int, default=16)
    given.add_argument("--hits", type=int, default=1024, help="generated for the evaluation")
    given.add_argument("--seed", type=int, default=0, help="of knobs and evaluation")
    given.add_argument("--threads", type=int, default=1)
    given.add_argument("--again", nargs="*", default=[], choices=list(STEPS))
    options = given.parse_args()
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", options.name):
        given.error(f"'{options.name}' is no name for a model: small letters, digits and hyphens")
    for path in (options.run / "config.json", options.run / "weights.safetensors"):
        if not path.is_file():
            given.error(f"{path} is not there: is {options.run} a finished run?")
    for path in options.reference:
        if not path.exists():
            given.error(f"{path} is not there")
    ship(Shipping(options))


class Shipping:
    """One model on its way into ``models/``, and what of it is done."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.folder = ROOT / "models" / options.name
        self.run = options.run.resolve()
        self.digest = hashlib.sha256((self.run / "weights.safetensors").read_bytes()).hexdigest()
        self.done = self._noted()

    def finished(self, step: str) -> None:
        """Note a step as done."""
        self.done.append(step)
        note = {"run": self.digest, "done": self.done}
        (self.folder / NOTE).write_text(json.dumps(note) + "\n", encoding="utf-8")

    def call(self, *command: object) -> None:
        """Run Python on this tree, with the threads asked for. Errors: ``SystemExit``."""
        env = os.environ | {
            "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": str(self.options.threads),
        }  # fmt: skip
        told = [sys.executable, *map(str, command)]
        if subprocess.run(told, env=env, cwd=ROOT, check=False).returncode:
            raise SystemExit("that step failed; the same command goes on from it")

    def _noted(self) -> list[str]:
        try:
            note = json.loads((self.folder / NOTE).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        if note["run"] != self.digest:
            return []  # of other weights: all is to be done anew
        return [step for step in note["done"] if step not in self.options.again]


def copy(shipping: Shipping) -> str:
    """The run's model, under its new name; what an earlier attempt left there goes."""
    shutil.rmtree(shipping.folder, ignore_errors=True)
    shipping.folder.mkdir(parents=True)
    shipping.done.clear()
    for name in COPIED:
        if (shipping.run / name).exists():
            shutil.copyfile(shipping.run / name, shipping.folder / name)
    card = shipping.folder / "CARD.md"
    if card.exists():
        text = card.read_text(encoding="utf-8")
        text = re.sub(r"\A# .*", f"# {shipping.options.name}", text)
        card.write_text(text, encoding="utf-8")
    return f"{shipping.run} copied to {shipping.folder}"


def knobs(shipping: Shipping) -> str:
    """Found anew, and graded."""
    options = shipping.options
    shipping.call(
        "-m", "astrodrum_live.cli", "knobs", shipping.folder, "--again",
        "--hits", options.knob_hits, "--sweeps", options.knob_sweeps, "--seed", options.seed,
    )  # fmt: skip
    return "knobs found, and told in the card"


def bank(shipping: Shipping) -> str:
    """Frozen hits of every class; a run without one gets it."""
    if (shipping.folder / "bank.npz").exists():
        return "the run's own bank is kept"
    shipping.call(
        "-c",
        "import sys; from pathlib import Path; from astrodrum_live.model.bank import *; "
        "from astrodrum_live.model.player import load_model; folder = Path(sys.argv[1]); "
        f"save_bank(folder, make_bank(load_model(folder), {BANK_HITS}, 0))",
        shipping.folder,
    )
    return "bank made"


def evaluate(shipping: Shipping) -> str:
    """Scores into the card, hits beside real ones into the sheet."""
    options = shipping.options
    references = [part for path in options.reference for part in ("--reference", path.resolve())]
    shipping.call(
        "-m", "astrodrum_live.cli", "evaluate", shipping.folder, *references, "--n", options.hits,
        "--seed", options.seed, "--sheet", shipping.folder / "sheet.png", "--write",
    )  # fmt: skip
    return "scores in the card, sheet.png drawn"


def names(shipping: Shipping) -> str:
    """The name of the model that shipped before, wherever the tree has it, becomes the new one."""
    found = DEFAULT.search(CHOICE.read_text(encoding="utf-8"))
    if found is None:
        raise SystemExit(f"{CHOICE}: no line tells the model that ships")
    before, now = found[1], shipping.options.name
    if before == now:
        return f"the tree names {now} already"
    whole = re.compile(rf"(?<![\w-]){re.escape(before)}(?![\w-])")
    changed = []
    for path in sorted(texts()):
        text = path.read_text(encoding="utf-8")
        if whole.search(text):
            path.write_text(whole.sub(now, text), encoding="utf-8")
            changed.append(str(path.relative_to(ROOT)))
    return f"{before} is {now} in {', '.join(changed)}; models/{before} is no longer played"


def texts() -> list[Path]:
    """The files that may name a model."""
    inner = [path for folder in NAMED_IN for path in (ROOT / folder).rglob("*")]
    return [path for path in (*ROOT.glob("*.md"), *inner) if path.suffix in TEXTS]


def kits(shipping: Shipping) -> str:
    """The pads of every shipped kit, frozen beside the model."""
    shipping.call(ROOT / "tools" / "freeze_kits.py")
    return "kits frozen"


STEPS: dict[str, Callable[[Shipping], str]] = {
    "copy": copy, "knobs": knobs, "bank": bank, "evaluate": evaluate, "names": names, "kits": kits,
}  # fmt: skip


def ship(shipping: Shipping) -> None:
    """Every step that is not done."""
    for step, do in STEPS.items():
        if step in shipping.done:
            print(f"{step}: done before", flush=True)
            continue
        began = time.monotonic()
        print(f"{step} ...", flush=True)
        told = do(shipping)
        shipping.finished(step)
        print(f"{step}: {told} ({time.monotonic() - began:.0f} s)", flush=True)
    (shipping.folder / NOTE).unlink()
    print(f"{shipping.folder} ships; listen to it, and look at 'git diff' before you commit")


if __name__ == "__main__":
    main()
