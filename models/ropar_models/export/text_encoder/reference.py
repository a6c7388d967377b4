"""The encoder in plain torch, what the ONNX graph is held against."""

from __future__ import annotations

import numpy as np
import torch

from .sizes import EPSILON, HEAD_WIDTH, HEADS, LAYERS, WIDTH, Weights


def reference_token_states(weights: Weights, input_ids: np.ndarray, attention_mask: np.ndarray) -> np.ndarray:
    """BERT (Devlin et al. 2019, arXiv 1810.04805) in plain torch."""
    tensor = {name: torch.from_numpy(value) for name, value in weights.items()}

    def linear(x: torch.Tensor, name: str) -> torch.Tensor:
        return torch.nn.functional.linear(x, tensor[f"{name}.weight"], tensor[f"{name}.bias"])

    def normalise(x: torch.Tensor, name: str) -> torch.Tensor:
        weight, bias = tensor[f"{name}.LayerNorm.weight"], tensor[f"{name}.LayerNorm.bias"]
        return torch.nn.functional.layer_norm(x, (WIDTH,), weight, bias, EPSILON)

    ids, mask = torch.from_numpy(input_ids), torch.from_numpy(attention_mask).bool()
    batch, length = ids.shape
    x = tensor["embeddings.word_embeddings.weight"][ids]
    x = x + tensor["embeddings.position_embeddings.weight"][:length]
    x = x + tensor["embeddings.token_type_embeddings.weight"][0]
    x = normalise(x, "embeddings")
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        query, key, value = (
            linear(x, f"{name}.attention.self.{role}").view(batch, length, HEADS, HEAD_WIDTH).transpose(1, 2)
            for role in ("query", "key", "value")
        )
        attended = torch.nn.functional.scaled_dot_product_attention(query, key, value, mask[:, None, None, :])
        attended = attended.transpose(1, 2).reshape(batch, length, WIDTH)
        x = normalise(x + linear(attended, f"{name}.attention.output.dense"), f"{name}.attention.output")
        inner = torch.nn.functional.gelu(linear(x, f"{name}.intermediate.dense"))
        x = normalise(x + linear(inner, f"{name}.output.dense"), f"{name}.output")
    return x.numpy()
