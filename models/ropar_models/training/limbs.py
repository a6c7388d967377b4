"""Limbs that are learned over the bodies of other clips.

Nothing recorded shows who waves while walking, so a transformer that sees a walk lets the arm swing whatever it is
told. Where a caption says what a limb does, the limb of its clip is put into the body of another one (parts never mix
in the P-VAE, decision 4), and has to be made by the caption, in sight of that body.
"""

from __future__ import annotations

import numpy as np
import ropar_native

from ..configuration import Configuration
from ..corpus.mirror import mirrored_name


class Limbs:
    """Which parts a content's captions speak of (`[data.limbs]`), and how often they get another body."""

    def __init__(self, configuration: Configuration) -> None:
        self.names = list(ropar_native.part_scheme(configuration.part_scheme)["parts"])
        self.table = configuration.data.limbs
        self.share = configuration.mar_training.other_body
        for content, parts in self.table.items():
            if not set(parts) <= set(self.names):
                raise ValueError(
                    f"[data.limbs] {content}: the parts are {', '.join(self.names)}; not {', '.join(parts)}"
                )

    def of(self, content: str, mirrored: bool) -> np.ndarray:
        """Which parts [P] the content's captions speak of; none where the table does not say."""
        named = self.table.get(content, [])
        if mirrored:
            named = [mirrored_name(name) for name in named]
        return np.array([name in named for name in self.names])

    def draw_body(self, generator: np.random.Generator, contents: list[str], long_enough: list[bool]) -> int | None:
        """An example of the batch whose captions speak of no limb; mostly none."""
        if generator.random() >= self.share:
            return None
        usable = [i for i, c in enumerate(contents) if long_enough[i] and c not in self.table]
        return int(generator.choice(usable)) if usable else None
