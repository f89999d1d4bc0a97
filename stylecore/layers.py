"""The names and the arithmetic of VGG16's layers (Simonyan & Zisserman 2014, configuration D)."""

from __future__ import annotations

BLOCKS = (2, 2, 3, 3, 3)  # convolutions in each block; a 2 × 2 pooling separates two blocks
CHANNELS = (64, 128, 256, 512, 512)  # output channels of every convolution in a block
LAYERS = tuple(f"relu{block}_{i}" for block, count in enumerate(BLOCKS, 1) for i in range(1, count + 1))

LayerWeights = tuple[tuple[str, float], ...]  # (name out of LAYERS, weight) pairs

GATYS_STYLE: LayerWeights = tuple((f"relu{block}_1", 1.0) for block in range(1, 6))
