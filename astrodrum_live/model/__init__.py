"""The generator's definition: latents, networks, checkpoints. Shared with training."""
