"""Make the frozen embeddings: ``python tools/train_embeddings.py DATA...``; minutes on one core.

Writes ``astrodrum_live/evaluation/embeddings.safetensors`` and the JSON beside it. Figures taken
with another file do not compare: run it again only for a reason, and measure every model anew.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from astrodrum_live.evaluation.embeddings import FILE, fit_pca, save_embeddings
from astrodrum_live.evaluation.features import FRAMES, RATE, clips, pictures, summaries
from astrodrum_live.evaluation.network import DESCRIPTORS, DrumCNN, look
from astrodrum_live.training.data import load_hits
from astrodrum_live.training.hits import HitSet
from astrodrum_live.training.recipe import Augment
from astrodrum_live.training.sampler import Sampler

SEED = 7_919  # none a network in training uses
VARIATIONS = 3  # of every class's hits, pitched and tilted once and kept
PER_CLASS = 250  # hits of a class in one variation, drawn by weight
BATCH = 64
AUGMENT = Augment(share=0.8, semitones=1.0, tilt_db=1.5)
DESCRIPTOR_WEIGHT = 0.3


def main() -> None:
    """Train on the training drums, measure on the held-out ones, freeze."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", nargs="+", type=Path)
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--out", type=Path, default=FILE)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    hits = load_hits(asked.data, FRAMES)
    seen, told, label = prepare(hits)
    network = train(seen, told, label, len(hits.classes), asked.epochs)
    train_index = np.flatnonzero(~hits.held_out)
    embedded = look(network, torch.from_numpy(seen_by(hits, train_index, pictures)))[0].numpy()
    weight = hits.weight[train_index]
    share = (weight * class_share(hits, train_index))[:, None]
    share /= share.sum()
    centre = (share * embedded).sum(axis=0)
    spread = np.sqrt((share * (embedded - centre) ** 2).sum(axis=0))
    mean, axes = fit_pca(seen_by(hits, train_index, summaries), share[:, 0])
    accuracy = unseen_accuracy(network, hits)
    arrays = {"mean": mean, "axes": axes, "centre": centre, "spread": spread}
    made = {
        "data": hits.hash, "training_hits": len(train_index), "epochs": asked.epochs, "seed": SEED,
        "held_out_accuracy": accuracy,
    }  # fmt: skip
    name = save_embeddings(asked.out, hits.classes, arrays, network, made)
    print(f"{asked.out}: {name}, {asked.out.stat().st_size / 1000:.0f} kB")
    print(accuracy)


def prepare(hits: HitSet) -> tuple[Tensor, Tensor, Tensor]:
    """Pictures, standardised descriptors and classes of the varied training hits."""
    sampler = Sampler(hits, AUGMENT, SEED)
    random = np.random.RandomState(SEED)
    seen, told, labels = [], [], []
    for round_ in range(VARIATIONS):
        print(f"variation {round_ + 1} of {VARIATIONS}", flush=True)
        for label in range(len(hits.classes)):
            members, chances = sampler.members[label], sampler.chances[label]
            count = min(PER_CLASS, 4 * len(members))
            index = random.choice(members, count, p=chances)
            sound = clips(sampler.varied(index, random), hits.sample_rate)
            seen.append(pictures(sound).astype(np.float16))
            told.append(descriptors(sound))
            labels.append(np.full(count, label))
    values = np.concatenate(told)
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    return (
        torch.from_numpy(np.concatenate(seen)),
        torch.from_numpy(values.astype(np.float32)),
        torch.from_numpy(np.concatenate(labels)),
    )


def train(seen: Tensor, told: Tensor, label: Tensor, classes: int, epochs: int) -> DrumCNN:
    """Classes by cross entropy, every class alike, and the descriptors by squared error."""
    network = DrumCNN(classes)
    weight = 1 / torch.bincount(label, minlength=classes).float()
    entropy = nn.CrossEntropyLoss(weight / weight.mean(), label_smoothing=0.1)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=1e-2)
    steps = epochs * (len(label) // BATCH)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for epoch in range(epochs):
        network.train()
        total = 0.0
        for index in torch.randperm(len(label))[: len(label) // BATCH * BATCH].split(BATCH):
            _, scores, values = network(seen[index].float())
            loss = entropy(scores, label[index])
            loss = loss + DESCRIPTOR_WEIGHT * nn.functional.mse_loss(values, told[index])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            plan.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {epochs}: loss {total * BATCH / len(label):.3f}", flush=True)
    return network.eval()


def descriptors(sound: np.ndarray) -> np.ndarray:
    """Five facts of clips (n, 32768): brightness, decay, lows, highs, flatness."""
    power = np.abs(np.fft.rfft(sound, axis=1)) ** 2 + 1e-9
    hertz = np.fft.rfftfreq(FRAMES, 1 / RATE)
    whole = power.sum(axis=1)
    energy = np.cumsum(sound**2, axis=1)
    half = (energy > 0.5 * energy[:, -1:]).argmax(axis=1)
    late = (energy > 0.99 * energy[:, -1:]).argmax(axis=1)
    found = np.stack(
        [
            np.log(power @ hertz / whole + 20),
            np.log(half + late + 50),
            np.log(power[:, (hertz > 20) & (hertz < 150)].sum(axis=1) / whole + 1e-3),
            np.log(power[:, hertz > 6000].sum(axis=1) / whole + 1e-3),
            np.log(power).mean(axis=1) - np.log(power.mean(axis=1)),
        ],
        axis=1,
    )
    assert found.shape[1] == DESCRIPTORS
    return found


def seen_by(hits: HitSet, index: np.ndarray, view: object) -> np.ndarray:
    """``pictures`` or ``summaries`` of the hits at ``index``."""
    return np.concatenate(
        [
            view(clips(hits.waves(index[i : i + 256]), hits.sample_rate))
            for i in range(0, len(index), 256)
        ]
    )


def class_share(hits: HitSet, index: np.ndarray) -> np.ndarray:
    """Factors (n,) that give every class the same weight in all."""
    counts = np.bincount(hits.label[index], minlength=len(hits.classes))
    return 1 / counts[hits.label[index]]


def unseen_accuracy(network: DrumCNN, hits: HitSet) -> dict[str, float]:
    """Accuracy on the drums held out, by class, and ``mean`` over the classes."""
    index = np.flatnonzero(hits.held_out)
    if not len(index):
        return {}
    scores = look(network, torch.from_numpy(seen_by(hits, index, pictures)))[1]
    right = scores.argmax(dim=1).numpy() == hits.label[index]
    shares = {
        name: round(float(right[hits.label[index] == i].mean()), 3)
        for i, name in enumerate(hits.classes)
        if (hits.label[index] == i).any()
    }
    return shares | {"mean": round(float(np.mean(list(shares.values()))), 3)}


if __name__ == "__main__":
    main()
