"""A training recipe: readable TOML in, one frozen table out."""

import math
import tomllib
from dataclasses import asdict, dataclass, fields, replace
from importlib import resources
from pathlib import Path
from typing import Any

GANS = ("wgan-gp", "wgan", "dcgan", "lsgan")
OBJECTIVES = ("energy", *GANS)
OPTIMISERS = ("adam", "rmsprop")


class RecipeError(Exception):
    """A recipe that cannot be used; the message names the file, the key and what it may be."""


@dataclass(frozen=True)
class Training:
    """``steps`` of ``batch`` hits; rates rise over ``warm_up`` steps and fall to ``final_rate``
    times theirs on a half cosine. ``betas``: the optimiser's momentum and its memory of squares.
    """

    steps: int
    batch: int
    learning_rate: float
    final_rate: float
    betas: tuple[float, float]
    ema: float
    low_precision: bool
    seed: int = 0
    optimiser: str = "adam"
    warm_up: int = 100

    def __post_init__(self) -> None:
        if self.steps < 1 or self.batch < 1:
            raise ValueError("steps and batch must be 1 or more")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate is {self.learning_rate}; it must be above 0")
        if len(self.betas) != 2 or not all(_is_share(beta) for beta in (*self.betas, self.ema)):
            raise ValueError("betas must be two numbers, and all and ema from 0 to under 1")


@dataclass(frozen=True)
class Energy:
    """The spectral distance's windows, how many a step uses, and the weight of the KL in nats.

    ``noise_from``: steps without noise; it then rises over as many. Noise is the easier
    explanation of anything, and would keep the modes from ever being heard. ``early_ms``: where
    the weight of later frames begins to fall; 0 for none. ``low_ffts``: windows at a sixteenth of
    the rate, one of which is heard in every step, its distance weighted by ``low_weight``.
    ``pitch_weight``: of the error of a drum's lowest ring, in octaves. ``floor_db``: under
    full-scale white noise; what is fainter is not told apart. Validation keeps to a floor of its
    own, so that runs with another one can be compared.
    """

    ffts: tuple[int, ...]
    ffts_per_step: int
    kl_weight: float
    noise_from: int = 0
    early_ms: float = 0.0
    low_ffts: tuple[int, ...] = ()
    low_weight: float = 0.0
    pitch_weight: float = 0.0
    floor_db: float = -60.0

    def __post_init__(self) -> None:
        if self.early_ms < 0:
            raise ValueError(f"early_ms is {self.early_ms:g}; it must be 0 or more")
        if not -200 <= self.floor_db < 0:
            raise ValueError(f"floor_db is {self.floor_db:g}; it must be below 0, -200 at least")
        if bool(self.low_ffts) != (self.low_weight > 0):
            raise ValueError("low_ffts and a low_weight above 0 go together")
        for name, ffts in (("ffts", self.ffts), ("low_ffts", self.low_ffts or (16,))):
            if not ffts or not all(isinstance(n, int) and n >= 16 for n in ffts):
                raise ValueError(f"{name} must be a list of whole numbers, 16 or more")


@dataclass(frozen=True)
class Critic:
    """Critic steps for each generator step, the weight of the gradient penalty (wgan-gp) and the
    bound its weights are clipped to (wgan); 0 = none.
    """

    steps: int
    penalty: float = 0.0
    clip: float = 0.0


@dataclass(frozen=True)
class Adversarial:
    """Critics beside the energy distance, from step ``start`` on.

    ``weight`` of their verdict in the generator's loss; ``penalty``: R1's gamma; ``width``:
    channels of their first layers; ``ffts``: the windows of those that see spectra.
    """

    start: int
    weight: float
    learning_rate: float
    penalty: float
    width: int
    ffts: tuple[int, ...]


@dataclass(frozen=True)
class EarSettings:
    """``count`` ears beside the energy distance: the ``weight`` of what they hear in the loss, and
    how each is taught before the first step: ``steps`` of ``batch`` hits at ``learning_rate``.
    """

    weight: float
    steps: int
    count: int = 1
    batch: int = 64
    learning_rate: float = 2.0e-3

    def __post_init__(self) -> None:
        if self.weight < 0 or self.steps < 1 or self.count < 1 or self.batch < 2:
            raise ValueError(
                "weight must be 0 or more, steps and count at least 1, batch at least 2"
            )
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate is {self.learning_rate}; it must be above 0")


@dataclass(frozen=True)
class Augment:
    """Share of hits changed, and the largest change of pitch (semitones) and tilt (dB/octave)."""

    share: float = 0.0
    semitones: float = 0.0
    tilt_db: float = 0.0


@dataclass(frozen=True)
class Validation:
    """How often a run is tried on drums it never hears, and when it has learnt enough.

    ``every``: steps between two trials; 0 leaves them out, and the last weights are shipped.
    ``patience``: trials without a new best that end the run; 0 never does. ``hits``: held-out hits
    that are listened to.
    """

    every: int = 500
    patience: int = 20
    hits: int = 128

    def __post_init__(self) -> None:
        if self.every < 0 or self.patience < 0 or self.hits < 1:
            raise ValueError("every and patience must be 0 or more, hits at least 1")


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= value < 1


SECTIONS = {
    "training": Training,
    "energy": Energy,
    "ears": EarSettings,
    "adversarial": Adversarial,
    "critic": Critic,
    "augment": Augment,
    "validation": Validation,
}


@dataclass(frozen=True)
class Recipe:
    """Everything a run depends on but its data. ``model``: ModelConfig's keys less the classes."""

    objective: str
    model: dict[str, Any]
    training: Training
    augment: Augment
    energy: Energy | None = None
    ears: EarSettings | None = None
    adversarial: Adversarial | None = None
    critic: Critic | None = None
    validation: Validation = Validation()

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values."""
        values = {"objective": self.objective, "model": dict(self.model)}
        for name in SECTIONS:
            if getattr(self, name) is not None:
                values[name] = {
                    key: list(value) if isinstance(value, tuple) else value
                    for key, value in asdict(getattr(self, name)).items()
                }
        return values

    def with_training(self, **changes: Any) -> "Recipe":
        """The recipe with some of its ``training`` values replaced; None leaves a value.

        Errors: ``RecipeError``.
        """
        changes = {key: value for key, value in changes.items() if value is not None}
        try:
            return replace(self, training=replace(self.training, **changes))
        except ValueError as error:
            raise RecipeError(f"[training]: {error}") from error


def load_recipe(name: str) -> Recipe:
    """A recipe by name (``live``, ``wavegan``) or by the path of a TOML file.

    Errors: ``RecipeError``.
    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RecipeError(f"{path}: cannot be read as text ({error})") from error
        return parse_recipe(text, str(path))
    folder = resources.files("astrodrum_live.training.recipes")
    known = sorted(p.name[:-5] for p in folder.iterdir() if p.name.endswith(".toml"))
    if name not in known:
        raise RecipeError(f"no recipe '{name}'; there are {', '.join(known)}, or give a .toml file")
    return parse_recipe((folder / f"{name}.toml").read_text(encoding="utf-8"), f"{name}.toml")


def parse_recipe(text: str, source: str) -> Recipe:
    """The recipe in a TOML text; ``source`` names it in errors. Errors: ``RecipeError``."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{source}: not valid TOML: {error}") from error
    return read_recipe(values, source)


def read_recipe(values: dict[str, Any], source: str) -> Recipe:
    """The recipe in a table of keys, as ``Recipe.to_dict`` makes one. Errors: ``RecipeError``."""
    known = {"objective", "model", *SECTIONS}
    for key in values:
        if key not in known:
            raise RecipeError(f"{source}: unknown section '{key}'; there are {', '.join(known)}")
    objective = values.get("objective")
    if objective not in OBJECTIVES:
        raise RecipeError(
            f"{source}: objective is {objective!r}; it can be {' or '.join(OBJECTIVES)}"
        )
    needed = "energy" if objective == "energy" else "critic"
    for section in ("model", "training", needed):
        if section not in values:
            raise RecipeError(f"{source}: the section [{section}] is missing")
    for section in ("model", *SECTIONS):
        if not isinstance(values.get(section, {}), dict):
            raise RecipeError(f"{source}: '{section}' must be a section: [{section}]")
    parts = {
        name: _section(values[name], kind, f"{source}: [{name}]")
        for name, kind in SECTIONS.items()
        if name in values
    }
    if parts["training"].optimiser not in OPTIMISERS:
        raise RecipeError(
            f"{source}: [training]: optimiser is '{parts['training'].optimiser}'; "
            f"it can be {' or '.join(OPTIMISERS)}"
        )
    return Recipe(objective, values["model"], **{"augment": Augment()} | parts)


def _section(values: dict[str, Any], kind: type, where: str) -> Any:
    known: dict[str, Any] = {field.name: field for field in fields(kind)}
    for key, value in values.items():
        if key not in known:
            raise RecipeError(f"{where}: unknown key '{key}'; there are {', '.join(known)}")
        wanted = known[key].type
        fits = {
            int: isinstance(value, int) and not isinstance(value, bool),
            float: isinstance(value, int | float) and not isinstance(value, bool),
            bool: isinstance(value, bool),
            str: isinstance(value, str),
        }.get(wanted, isinstance(value, list))
        if not fits:
            raise RecipeError(f"{where}: {key} is {value!r}; it must be of type {wanted}")
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items()})
    except (TypeError, ValueError) as error:
        raise RecipeError(f"{where}: {error}") from error
