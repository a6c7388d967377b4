"""`ropar-models evaluate`: every figure of text-to-motion on a split, recorded and rebuilt motion beside generated.

Protocol (HumanML3D's, Guo et al. 2022, on our evaluator): every clip of the split with one of its captions, drawn anew
in each of 20 repeats; generated motion has the clip's length; R-precision in batches of 32; the Frechet distance to the
recorded motions of the split. Clips longer than the model's window count with their first seconds.
What is rebuilt or generated is paired with the recorded clips that it is compared with: same captions, same lengths.
So its Frechet distance may be smaller than that of the row "two halves", which is between two random halves of the
recorded clips, each with its mirror images (as many motions on each side as the split has clips). The unpaired distance
is fair to all rows: motion of one half of the clips against the recorded motion of the other half.
Retrieval and distances are those of the features that the networks made; feet, jerk and the like those of the motion
that the product writes, with standing feet held still. The row "recorded, planted" is recorded motion after the same.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import asdict
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from ..generation import Maker, Wish
from ..layout import FRAME_RATE
from ..training.dataset import Arrays
from .coherence import distance
from .coherence import figures as coherence_figures
from .evaluator.embedding import Judge, groups
from .intervals import half_width
from .joint_error import pelvis_error_mm
from .measures import contact_slide, exploded, foot_skate, jerk, penetration
from .metrics import (
    Estimate,
    diversity,
    frechet_distance,
    matching_distance,
    multimodality,
    retrieval_precision,
)
from .positions import planted_positions, positions

Motions = list[np.ndarray]


def evaluate(
    judge: Judge,
    arrays: Arrays,
    maker: Maker,
    repeats: int = 20,
    seed: int = 0,
    prompts: int = 20,
    motions_per_prompt: int = 10,
    minutes: float | None = None,
    limit: int | None = None,
) -> dict[str, Any]:
    """All rows and figures. With `minutes`, fewer repeats where they do not fit; the result says how many there were.

    `limit` takes only so many clips, spread over the split.
    """
    began = time.monotonic()
    clips = [c for c in arrays.clips if c["frames"] >= 2 * maker.frames_per_token]
    if limit is not None and limit < len(clips):
        clips = [clips[i] for i in np.linspace(0, len(clips) - 1, limit).astype(int)]
    if len(clips) < 4:
        raise ValueError(f"{arrays.folder}: {len(clips)} clips are too few to evaluate on")
    tokens = [min(c["frames"] // maker.frames_per_token, maker.longest) for c in clips]
    recorded, mirrored = (
        [np.array(arrays.view(c, m)[: n * maker.frames_per_token]) for c, n in zip(clips, tokens, strict=True)]
        for m in (False, True)
    )
    rebuilt = maker.rebuild(recorded)
    real = {g: judge.motions(recorded, g) for g in (None, *groups())}
    other = judge.motions(mirrored)
    again = {g: judge.motions(rebuilt, g) for g in (None, *groups())}
    tables: dict[str, dict[str, list[float]]] = {
        "recorded": {},
        "two halves": {},
        "rebuilt": {},
        "generated": {},
    }

    def note(row: str, name: str, value: float) -> None:
        tables[row].setdefault(name, []).append(value)

    generated: Motions = []
    done = 0
    for repeat in range(repeats):
        generator = np.random.default_rng([seed, repeat])
        captions = [int(generator.choice(c["captions"][0])) for c in clips]
        text = judge.texts(arrays, captions)
        made = maker.make(arrays, [Wish(c, n) for c, n in zip(captions, tokens, strict=True)], seed * 1000 + repeat)
        fresh = {g: judge.motions(made, g) for g in (None, *groups())}
        if repeat == 0:
            generated = made
        shuffle = int(generator.integers(2**31))
        one, rest = np.array_split(generator.permutation(len(clips)), 2)
        for row, sets in (("recorded", real), ("rebuilt", again), ("generated", fresh)):
            motion = sets[None]
            for k, value in enumerate(retrieval_precision(text, motion, np.random.default_rng(shuffle))):
                note(row, f"r{k + 1}", value)
            note(row, "matching_distance", matching_distance(text, motion))
            note(row, "diversity", diversity(motion, np.random.default_rng(shuffle)))
            for group in groups():
                named = [i for i, c in enumerate(captions) if names_part(arrays.captions[c], group)]
                if len(named) >= 32:
                    found = retrieval_precision(text[named], sets[group][named], np.random.default_rng(shuffle))
                    note(row, f"r1_{group}", found[0])
            if row != "recorded":
                note(row, "fid", frechet_distance(motion, real[None]))
            note(row, "fid_unpaired", frechet_distance(motion[one], real[None][rest]))
        with_mirrors = (np.concatenate([real[None][half], other[half]]) for half in (one, rest))
        note("two halves", "fid", frechet_distance(*with_mirrors))
        for name, value in _told_from_mirror(judge, arrays, clips, captions, fresh[None], text).items():
            note("generated", name, value)
        done += 1
        spent = (time.monotonic() - began) / 60
        if minutes is not None and spent + 1.3 * spent / done > minutes:
            break
    rows: dict[str, Any] = {
        row: {name: asdict(Estimate.of(values)) for name, values in table.items()} for row, table in tables.items()
    }
    rows["generated"]["multimodality"] = _multimodality(
        judge, arrays, maker, clips, tokens, prompts, motions_per_prompt, seed
    )
    plain = {"recorded": recorded, "rebuilt": rebuilt, "generated": generated}
    places = {
        row: [(planted_positions if row == "generated" else positions)(m, FRAME_RATE) for m in motions]
        for row, motions in plain.items()
    }
    places["recorded, planted"] = [planted_positions(m, FRAME_RATE) for m in recorded]
    for row, added in physics_and_coherence(places).items():
        rows.setdefault(row, {}).update(added)
    errors = [pelvis_error_mm(a, b) for a, b in zip(places["recorded"], places["rebuilt"], strict=True)]
    rows["rebuilt"]["joint_error_mm"] = float(np.mean(errors))
    return {
        "model": maker.name,
        "evaluator": judge.version,
        "licences": arrays.selection.licences,
        "clips": len(clips),
        "repeats": done,
        "fps": FRAME_RATE,
        "seed": seed,
        "rows": rows,
        "reached": reached(rows),
    }


@lru_cache(maxsize=1)
def _part_words() -> dict[str, set[str]]:
    table = json.loads(resources.files("ropar_models").joinpath("tables/part_words.json").read_text())
    return {group: set(words) for group, words in table.items()}


def names_part(caption: str, group: str) -> bool:
    """Whether a caption speaks of arms or legs (tables/part_words.json)."""
    return not _part_words()[group].isdisjoint(re.findall(r"[a-z]+", caption.lower()))


def _told_from_mirror(
    judge: Judge,
    arrays: Arrays,
    clips: list[dict[str, Any]],
    captions: list[int],
    motion: np.ndarray,
    text: np.ndarray,
) -> dict[str, float]:
    """How often a generated motion is nearer to its caption than to the caption with the sides exchanged."""
    pairs = []
    for i, (clip, caption) in enumerate(zip(clips, captions, strict=True)):
        other = clip["mirrored_captions"][0][clip["captions"][0].index(caption)]
        if other != caption:
            pairs.append((i, other))
    if not pairs:
        return {}
    rows = [i for i, _ in pairs]
    wrong = judge.texts(arrays, [c for _, c in pairs])
    own, exchanged = (np.linalg.norm(motion[rows] - t, axis=-1) for t in (text[rows], wrong))
    return {"side_right": float((own < exchanged).mean())}


def _multimodality(
    judge: Judge,
    arrays: Arrays,
    maker: Maker,
    clips: list[dict[str, Any]],
    tokens: list[int],
    prompts: int,
    count: int,
    seed: int,
) -> dict[str, Any]:
    chosen = np.random.default_rng([seed, 7]).choice(len(clips), min(prompts, len(clips)), replace=False)
    wishes = [Wish(int(clips[i]["captions"][0][0]), tokens[i]) for i in chosen for _ in range(count)]
    motion = judge.motions(maker.make(arrays, wishes, seed + 500_000))
    per_prompt = [multimodality(rows[None]) for rows in motion.reshape(len(chosen), count, -1)]
    return {"mean": float(np.mean(per_prompt)), "interval": half_width(per_prompt), "prompts": len(per_prompt)}


def physics_and_coherence(positions: dict[str, Motions]) -> dict[str, dict[str, Any]]:
    """Plain means per row, and for the coherence figures also the distance to the recorded distribution."""
    out: dict[str, dict[str, Any]] = {}
    reference = coherence_figures(positions["recorded"], FRAME_RATE)
    for row, motions in positions.items():
        out[row] = {
            "foot_skate": float(np.mean([foot_skate(p, FRAME_RATE) for p in motions])),
            "contact_slide_m_per_s": float(np.mean([contact_slide(p, FRAME_RATE) for p in motions])),
            "jerk": float(np.mean([jerk(p, FRAME_RATE) for p in motions if len(p) > 3])),
            "penetration_mm": 1000 * float(np.mean([penetration(p) for p in motions])),
            "exploded": int(sum(exploded(p) for p in motions)),
        }
        for name, values in coherence_figures(motions, FRAME_RATE).items():
            out[row][name] = float(np.mean(values)) if values else None
            out[row][f"{name}_distance"] = distance(values, reference[name])
    return out


def reached(rows: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The project's own goals, each with what was found and whether it is met."""
    real, rebuilt, made = rows["recorded"], rows["rebuilt"], rows["generated"]

    def goal(text: str, found: float, met: bool) -> dict[str, Any]:
        return {"goal": text, "found": round(found, 3), "met": bool(met)}

    r1 = made["r1"]["mean"] / max(real["r1"]["mean"], 1e-9)
    fid = made["fid"]["mean"] / max(rows["two halves"]["fid"]["mean"], 1e-9)
    unpaired = made["fid_unpaired"]["mean"] / max(real["fid_unpaired"]["mean"], 1e-9)
    spread = abs(made["diversity"]["mean"] / max(real["diversity"]["mean"], 1e-9) - 1)
    skate = made["foot_skate"] / max(real["foot_skate"], 1e-9)
    return {
        "r1": goal("R@1 at least 0.8 of recorded", r1, r1 >= 0.8),
        "fid": goal("FID, paired, at most 3 times that of two halves of recorded motion", fid, fid <= 3),
        "fid_unpaired": goal("FID, unpaired, at most 3 times that of recorded motion", unpaired, unpaired <= 3),
        "diversity": goal("diversity within 0.05 of recorded", spread, spread <= 0.05),
        "skate": goal("foot skate at most 1.5 times recorded", skate, skate <= 1.5),
        "rebuilt": goal(
            "P-VAE joint error against the pelvis under 8 mm", rebuilt["joint_error_mm"], rebuilt["joint_error_mm"] < 8
        ),
    }
