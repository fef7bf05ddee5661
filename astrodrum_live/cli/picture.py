"""A recording as a picture: waveform above, spectrogram below."""

from pathlib import Path

import numpy as np

FLOOR_DB = -90.0
FFT = 1024
HOP = 256
COLUMNS = 2400


def draw_recording(wav: Path, png: Path) -> None:
    """Draw ``wav`` to ``png``. Errors: ``ValueError`` for a recording without sound frames."""
    import soundfile
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    audio, rate = soundfile.read(wav, dtype="float32")
    if len(audio) < FFT:
        raise ValueError(f"{wav} is too short to draw")
    channels = audio.reshape(len(audio), -1)
    mono = channels.mean(axis=1)
    seconds = len(mono) / rate
    figure = Figure(figsize=(14, 7), layout="constrained")
    FigureCanvasAgg(figure)
    wave, spectrum = figure.subplots(2, 1, sharex=True, height_ratios=(1, 2))
    times, low, high = _envelope(channels, rate)
    wave.fill_between(times, low, high, color="#20558a", linewidth=0)
    wave.set(ylim=(-1, 1), ylabel="amplitude", title=wav.name)
    wave.grid(alpha=0.3)
    image = spectrum.imshow(
        _spectrogram(mono),
        origin="lower",
        aspect="auto",
        cmap="magma",
        vmin=FLOOR_DB,
        vmax=0.0,
        extent=(0, seconds, 0, rate / 2000),
    )
    spectrum.set(xlabel="seconds", ylabel="kHz")
    figure.colorbar(image, ax=spectrum, label="dB")
    figure.savefig(png, dpi=90, format="png")


def _envelope(audio: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times, lowest and highest sample of any channel of (frames, channels), column by column."""
    width = max(1, len(audio) // COLUMNS)
    columns = audio[: len(audio) // width * width].reshape(-1, width * audio.shape[1])
    times = np.arange(len(columns)) * width / rate
    return times, columns.min(axis=1), columns.max(axis=1)


def _spectrogram(mono: np.ndarray) -> np.ndarray:
    """Decibels below the loudest bin, (bins, columns)."""
    hop = max(HOP, len(mono) // COLUMNS)
    frames = np.lib.stride_tricks.sliding_window_view(mono, FFT)[::hop]
    power = np.abs(np.fft.rfft(frames * np.hanning(FFT), axis=1)).T
    return 20 * np.log10(np.maximum(power / max(float(power.max()), 1e-9), 10 ** (FLOOR_DB / 20)))
