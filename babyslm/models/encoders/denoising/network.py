"""Networks over frames of sound: residual layers that are nothing but matrix products, or transformer layers.

The matrix-product layer puts the frames t - d, t and t + d side by side and projects them down and up again; on a
processor its speed is that of the products alone. Frames beyond the ends of a sound, and padding, are zero vectors
there and masked in attention, so that a sound's frames depend on the sound alone.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from babyslm.models.encoders.denoising.settings import AttentionSizes, FrameSizes

__all__ = ["DenoisingNetwork", "operations"]


class FrameLayer(nn.Module):
    """One residual layer of matrix products.

    :param sizes: width and inner width.
    :param distance: d, in frames.
    """

    def __init__(self, sizes: FrameSizes, distance: int) -> None:
        super().__init__()
        self.distance = distance
        self.norm = nn.LayerNorm(sizes.width)
        self.narrow = nn.Linear(3 * sizes.width, sizes.inner)
        self.widen = nn.Linear(sizes.inner, sizes.width)

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        """Map (sounds, frames, width) to the same shape; `inside` is (sounds, frames), true for frames of a sound."""
        count, d = frames.shape[1], self.distance
        own = self.norm(frames)
        if inside is not None:
            own = own * inside[..., None].to(own.dtype)  # a product is faster than a fill, forwards and backwards
        padded = functional.pad(own, (0, 0, d, d))
        near = torch.cat([padded[:, :count], own, padded[:, 2 * d : 2 * d + count]], dim=2)
        after: Tensor = frames + self.widen(functional.gelu(self.narrow(near)))
        return after


class AttentionLayer(nn.Module):
    """One transformer layer with normalisation first.

    :param sizes: widths, heads, dropout.
    """

    def __init__(self, sizes: AttentionSizes) -> None:
        super().__init__()
        self.heads, self.dropout = sizes.heads, sizes.dropout
        self.norm = nn.LayerNorm(sizes.width)
        self.project = nn.Linear(sizes.width, 3 * sizes.width)
        self.out = nn.Linear(sizes.width, sizes.width)
        self.norm_inner = nn.LayerNorm(sizes.width)
        self.wide = nn.Linear(sizes.width, sizes.inner)
        self.narrow = nn.Linear(sizes.inner, sizes.width)

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        """Map (sounds, frames, width) to the same shape."""
        sounds, count, width = frames.shape
        shape = (sounds, count, 3, self.heads, width // self.heads)
        query, key, value = self.project(self.norm(frames)).view(shape).permute(2, 0, 3, 1, 4)
        mask = None if inside is None else inside[:, None, None, :]
        rate = self.dropout if self.training else 0.0
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask, dropout_p=rate)
        mixed = self.out(mixed.transpose(1, 2).reshape(sounds, count, width))
        frames = frames + functional.dropout(mixed, rate)
        inner = self.narrow(functional.gelu(self.wide(self.norm_inner(frames))))
        after: Tensor = frames + functional.dropout(inner, rate)
        return after


class Positions(nn.Module):
    """Convolution over neighbouring frames, added to each frame, that tells transformer layers about order.

    :param sizes: width, reach, groups.
    """

    def __init__(self, sizes: AttentionSizes) -> None:
        super().__init__()
        reach = sizes.position // 2
        self.convolution = nn.Conv1d(sizes.width, sizes.width, sizes.position, padding=reach, groups=sizes.groups)

    def forward(self, frames: Tensor, inside: Tensor | None) -> Tensor:
        """Map (sounds, frames, width) to the same shape."""
        own = frames if inside is None else frames.masked_fill(~inside[..., None], 0)
        after: Tensor = frames + functional.gelu(self.convolution(own.transpose(1, 2)).transpose(1, 2))
        return after


class DenoisingNetwork(nn.Module):
    """Input projection, layers, and a head over classes of frames.

    :param dimensions: dimensions of an input frame.
    :param sizes: the layers.
    :param classes: classes that the head predicts.
    """

    def __init__(self, dimensions: int, sizes: FrameSizes | AttentionSizes, classes: int) -> None:
        super().__init__()
        self.inputs = nn.Linear(dimensions, sizes.width)
        self.mask = nn.Parameter(torch.zeros(sizes.width))
        self.positions = Positions(sizes) if isinstance(sizes, AttentionSizes) else None
        layers: list[nn.Module] = (
            [FrameLayer(sizes, distance) for distance in sizes.distances]
            if isinstance(sizes, FrameSizes)
            else [AttentionLayer(sizes) for _ in range(sizes.depth)]
        )
        self.layers = nn.ModuleList(layers)
        self.norm = nn.LayerNorm(sizes.width)
        self.head = nn.Linear(sizes.width, classes)
        nn.init.normal_(self.mask, std=0.02)

    def states(
        self, frames: Tensor, inside: Tensor | None, *, depth: int | None = None, masked: Tensor | None = None
    ) -> Tensor:
        """Return the frames after a layer.

        :param frames: shape (sounds, frames, dimensions).
        :param inside: shape (sounds, frames): true for frames of a sound, false for padding; None without padding.
        :param depth: number of layers that are run; None for all.
        :param masked: shape (sounds, frames): true for frames that the network must not see; None for no mask.
        :returns: shape (sounds, frames, width).
        """
        found: Tensor = self.inputs(frames)
        if masked is not None:
            found = torch.where(masked[..., None], self.mask.to(found.dtype), found)
        if self.positions is not None:
            found = self.positions(found, inside)
        for layer in self.layers[:depth]:
            found = layer(found, inside)
        return found

    def forward(self, frames: Tensor, inside: Tensor | None = None, masked: Tensor | None = None) -> Tensor:
        """Return logits of the classes, shape (sounds, frames, classes); parameters as in `states`."""
        logits: Tensor = self.head(self.norm(self.states(frames, inside, masked=masked)))
        return logits


def operations(network: DenoisingNetwork) -> int:
    """Return the floating-point operations of a training step per frame: six per weight of a matrix product.

    Products of attention weights, which depend on the length of a sound, are not counted.
    """
    return 6 * sum(
        weight.numel() for name, weight in network.named_parameters() if weight.ndim >= 2 and name != "mask"
    )
