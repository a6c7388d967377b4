"""The model card says what was measured, good or bad."""

import json
from pathlib import Path

from ropar_models.export.card import write_card


def test_the_card_names_what_fails_and_the_manifest_keeps_the_figures(tmp_path: Path) -> None:
    manifest = {
        "name": "tiny",
        "version": "1.2.3",
        "licence": {"id": "CC0-1.0", "notice": "Free.", "commercial": True},
        "attribution": [{"work": "W", "author": "A", "licence": "L", "changes": "C"}],
        "training_data": [{"source": "S", "clips": 3, "hours": 0.5, "licence": "L"}],
        "measured": {"training": {"P-VAE": {"steps": 10, "minutes": 2.0}}},
        "files": {"mar": {"sha256": "x"}},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))

    def rates(caption: float, *free: float) -> dict[str, dict[str, object]]:
        return {
            "caption": {"prompt": "c", "rate": caption},
            **{f"free{i}": {"prompt": f"f{i}", "rate": rate} for i, rate in enumerate(free)},
        }

    result = {
        "seeds": 40,
        "probes": {
            "bow": {"gate": 0.9, "passed": True, "rates": rates(1.0, 0.975, 0.9)},
            "kick": {"gate": 0.9, "passed": False, "rates": rates(0.5, 0.5, 0.5)},
        },
        "styles": {"old": {"prompt": "p", "best": "trunk_mean_pitch", "separation": {"trunk_mean_pitch": 0.1}}},
        "quality": {"generated": {"clips": 2, "fps": 20.0, "foot_skate": 0.25, "jerk": 101.4, "exploded": 0}},
    }
    probe = tmp_path / "probe.json"
    probe.write_text(json.dumps(result))
    assert "With the length set" not in write_card(tmp_path, probe).read_text()
    result["probes"]["bow"]["lengths"] = {"2": 1.0, "4": 1.0}
    result["probes"]["kick"]["lengths"] = {"2": 1.0, "4": 0.65}
    probe.write_text(json.dumps(result))
    text = write_card(tmp_path, probe).read_text()
    assert "Below its gate: kick." in text
    # Nobody looked whether the data holds the wordings, and what fails in ropar-base is not known of another model.
    assert "was not checked" in text and "No caption" not in text
    assert "Bandai" not in text and "physiotherapy" not in text and "unknown to it" in text
    for known, words in (([], "No caption of the training data"), (["f0"], "some of the other wordings: f0.")):
        probe.write_text(json.dumps({**result, "seen_wordings": known}))
        assert words in write_card(tmp_path, probe).read_text()
    bow = next(line for line in text.splitlines() if line.startswith("| bow "))
    assert "97.5 % “f0”" in bow and "90.0 % “f1”" in bow and "other wording behind" in bow and "missed" not in bow
    assert "| kick | 90 % | 50.0 % “c” |" in text and "missed |" in text
    assert "With the length set to 2 and 4 s, 20 motions each" in text
    assert "| kick | 100 % | 65 % |" in text and "| bow | 100 %" not in text
    # A probability below one half is the same distinction the other way round.
    assert "less trunk mean pitch | 90 %" in text
    assert "| generated | 2 | 0.250 | 101 | 0 |" in text
    written = json.loads((tmp_path / "manifest.json").read_text())
    assert written["files"] == manifest["files"]
    assert written["measured"]["obeys"]["kick"] == {"caption": 0.5, "free0": 0.5, "free1": 0.5}
    assert written["measured"]["obeys_at_seconds"]["kick"] == {"2": 1.0, "4": 0.65}
    assert written["measured"]["training"] == manifest["measured"]["training"]
