"""Names that core/tests/data/make_text_goldens.py imports from here; they live in `export/text_encoder`."""

from .export.text_encoder.graph import quantise_symmetric
from .export.text_encoder.reference import reference_token_states
from .export.text_encoder.sizes import pretrained_folder

__all__ = ["pretrained_folder", "quantise_symmetric", "reference_token_states"]
