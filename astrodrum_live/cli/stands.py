"""Where the pads of the shipped kits stand in latent space: knobs are graded there as well."""

import numpy as np

from astrodrum_live.control.patch import Patch
from astrodrum_live.control.patch_file import find_patch, load_patch, patch_names, patches_folder
from astrodrum_live.generation.homes import Homes
from astrodrum_live.generation.seeds import FOLDER, hit_seed
from astrodrum_live.generation.sounds import Sounds
from astrodrum_live.model.checkpoint import ModelCard
from astrodrum_live.params import PAD_INDEX, PAD_PARAMS
from astrodrum_live.training.knobs import Stand


def stands_of(card: ModelCard) -> list[Stand]:
    """A hit of every pad of every shipped kit whose classes the model has, as the pad has it, but
    for its knobs and its axes; pads that are one drum at several pitches count once."""
    shipped = patches_folder()
    stands: dict[bytes, Stand] = {}
    for name in patch_names(shipped):
        for stand in _of_kit(card, load_patch(find_patch(name, shipped))):
            stands.setdefault(stand.mix.tobytes() + stand.z.tobytes(), stand)
    return list(stands.values())


def _of_kit(card: ModelCard, patch: Patch) -> list[Stand]:
    classes = card.config.classes
    pads = [
        pad
        for pad in patch.pads
        if pad.latent is None and all(name in classes for name in pad.classes)
    ]
    homes = Homes(card.prior, Sounds(card.folder, tuple(pad.classes for pad in pads)), classes)
    stands = []
    for index, pad in enumerate(pads):
        row = np.array([row.default for row in PAD_PARAMS])
        for key in ("seed", "radius"):
            row[PAD_INDEX[key]] = pad.values[key]
        seed = hit_seed(int(pad.values["seed"]), FOLDER, 0)
        mix, centre = homes.of(index, row)
        stands.append(Stand(mix, card.prior.near(centre, float(pad.values["radius"]), seed), seed))
    return stands
