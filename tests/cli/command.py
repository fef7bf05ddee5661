"""The command as a user runs it: in a process of its own."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
EXAMPLE = REPO / "examples" / "midi" / "fusion-96.mid"
COMMAND = [sys.executable, "-m", "astrodrum_live.cli"]


@dataclass(frozen=True)
class Answer:
    """What the command said."""

    code: int
    out: str
    err: str

    def json(self) -> dict:
        """The one object on standard output."""
        assert self.out.count("\n") == 1, self.out
        return json.loads(self.out)


def astrodrum(*arguments: object, environment: dict[str, str], timeout: float = 60) -> Answer:
    """Run the command to its end."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=timeout,
        cwd=REPO,
    )
    return Answer(done.returncode, done.stdout, done.stderr)
