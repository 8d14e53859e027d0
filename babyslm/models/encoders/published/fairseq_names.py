"""Conversion of the weight names of fairseq's HuBERT and wav2vec 2.0 checkpoints to torchaudio's."""

import re
from collections.abc import Mapping

from torch import Tensor

__all__ = ["from_fairseq", "is_fairseq"]

TRAINING_ONLY = ("mask_emb", "final_proj.", "label_embs_concat", "quantizer.", "project_q.", "project_hid.")
"""Weights that only pre-training needs."""

RULES = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"^(feature_extractor\.conv_layers\.\d+)\.0\.", r"\1.conv."),
        (r"^(feature_extractor\.conv_layers\.\d+)\.2\.(?:1\.)?", r"\1.layer_norm."),
        (r"^layer_norm\.", "encoder.feature_projection.layer_norm."),
        (r"^post_extract_proj\.", "encoder.feature_projection.projection."),
        (r"^encoder\.(layer_norm|layers)\.", r"encoder.transformer.\1."),
        (r"^encoder\.pos_conv\.0\.", "encoder.transformer.pos_conv_embed.conv."),
        (r"\.self_attn\.", ".attention."),
        (r"\.self_attn_layer_norm\.", ".layer_norm."),
        (r"\.fc1\.", ".feed_forward.intermediate_dense."),
        (r"\.fc2\.", ".feed_forward.output_dense."),
    )
)
"""Replacements of name parts, in the order in which they are applied."""


def is_fairseq(state: Mapping[str, Tensor]) -> bool:
    """Return whether a state dict has fairseq's names."""
    return any(name.endswith("post_extract_proj.weight") for name in state)


def from_fairseq(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a state dict under torchaudio's names, without the weights that only pre-training needs.

    :param state: state of a HuBERT or wav2vec 2.0 model of fairseq, fine-tuned ones (`w2v_model.`) included.
    """
    converted = {}
    for name, tensor in state.items():
        short = name.removeprefix("w2v_model.")
        if short.startswith(TRAINING_ONLY):
            continue
        for pattern, replacement in RULES:
            short = pattern.sub(replacement, short)
        converted[short] = tensor
    return converted
