"""Clips that are made of others: poses in the other order, arms that do what the other does, and only where nothing
recorded shows that."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import ropar_native
from made_corpus import write_arrays
from ropar_models.configuration import Data
from ropar_models.corpus.making import JOIN, calm_arms, go_on, with_made
from ropar_models.corpus.mirror import mirrored_joints
from ropar_models.corpus.reader import Clip
from ropar_models.corpus.solving import Solved, sided_features
from ropar_models.evaluation.positions import positions
from ropar_models.files import write_json
from ropar_models.layout import FRAME_RATE, JOINTS
from ropar_models.training.dataset import Arrays, balanced_weights, drawn_share

FRAMES = 60


def walk(split: str = "train", content: str = "walk") -> tuple[Clip, Solved, np.ndarray]:
    """Forward along z at 1 m/s with a swinging arm; the wrists are not seen in the first frames."""
    t = np.arange(FRAMES) / FRAME_RATE
    root = np.stack([0 * t, 0.9 + 0.02 * np.sin(9 * t), t], -1).astype(np.float32)
    rotations = np.zeros((FRAMES, 22, 4), np.float32)
    rotations[..., 0] = 1
    rotations[:, 16, 0], rotations[:, 16, 1] = np.cos(0.3 * np.sin(7 * t)), np.sin(0.3 * np.sin(7 * t))
    seen = np.full((FRAMES, 22), 255, np.uint8)
    seen[:10, 20:] = 0
    clip = Clip(
        *("one", "one.bvh", "made", "made", content, "", split, "MIT", ["a person walks"], FRAME_RATE),
        *(np.zeros((FRAMES, 22, 3), np.float32), np.ones(22, bool)),
    )
    return clip, Solved(root, rotations), seen


def test_a_walk_played_backwards_goes_back_through_the_same_poses() -> None:
    (forward, solved, _), (told, motion, seen) = with_made(*walk())
    assert forward.captions and (told.content, told.captions) == ("walk-back", [])
    assert told.identifier != forward.identifier
    for there, back in zip(sided_features(solved), sided_features(motion), strict=True):
        before, after = positions(there, FRAME_RATE), positions(back, FRAME_RATE)
        # Features begin where their first frame is.
        expected = before[::-1] - before[-1, 0] + after[0, 0]
        assert np.abs(after - expected)[..., [0, 2]].max() < 2e-3
        assert np.abs(after - before[::-1])[..., 1].max() < 2e-3
        assert after[-1, 0, 2] - after[0, 0, 2] < -2.5
    assert (seen[-10:, 20:] == 0).all() and (seen[:-10] == 255).all()


@pytest.mark.parametrize("side", ["left", "right"])
def test_an_arm_that_is_raised_is_raised_on_both_sides(side: str) -> None:
    """The upper body becomes its own mirror image; legs stay where they were, the raised arm as it is in the trunk."""
    clip, solved, seen = walk(content="standing shoulder scaption")
    clip = replace(clip, notes={"side": side})
    rotations = np.zeros((FRAMES, 22, 4), np.float32)
    rotations[..., 3] = 1
    # From the T pose up and forward, about the body's axis Z and the arm's own; the trunk leans away from it and turns.
    up = np.linspace(0, np.pi / 4, FRAMES) * (1 if side == "left" else -1)
    rotations[:, JOINTS.index(f"{side}_shoulder"), 2], rotations[:, JOINTS.index(f"{side}_shoulder"), 3] = (
        np.sin(up),
        np.cos(up),
    )
    rotations[:, JOINTS.index(f"{side}_elbow")] = [0, 0.6, 0, 0.8]
    rotations[:, JOINTS.index("spine3")] = [0, 0.28, 0, 0.96]
    rotations[:, JOINTS.index("spine1")] = [0, 0, 0.28 if side == "left" else -0.28, 0.96]
    other = "right" if side == "left" else "left"
    seen[:] = 255
    seen[:5, JOINTS.index(f"{side}_wrist")] = 10
    _, (told, motion, clear) = with_made(clip, Solved(0 * solved.root, rotations), seen)
    assert (told.content, told.captions, told.notes) == ("raise-up-both-hands", [], {})
    joints = ropar_native.forward_kinematics(*motion)
    before = ropar_native.forward_kinematics(0 * solved.root, rotations)
    legs = [i for i, j in enumerate(JOINTS) if any(part in j for part in ("pelvis", "hip", "knee", "ankle", "foot"))]
    np.testing.assert_allclose(joints[:, legs], before[:, legs], atol=1e-5)
    swap = mirrored_joints()
    upper = [i for i in range(22) if i not in legs]
    np.testing.assert_allclose(joints[:, [swap[i] for i in upper]] * [-1, 1, 1], joints[:, upper], atol=1e-5)
    arm = [JOINTS.index(f"{side}_{j}") for j in ("collar", "shoulder", "elbow", "wrist")]
    np.testing.assert_allclose(motion.rotations[:, arm], rotations[:, arm])
    assert joints[-1, JOINTS.index(f"{other}_wrist"), 1] - joints[0, JOINTS.index(f"{other}_wrist"), 1] > 0.2
    assert (clear[:5, JOINTS.index(f"{other}_wrist")] == 10).all() and (clear[5:] == 255).all()


def test_who_moves_with_one_arm_busy_moves_with_both_calm() -> None:
    """The arm that swings does what the still one does, in the mirror; root and legs are those of the recording."""
    _, solved, seen = walk()
    rotations = solved.rotations.copy()
    rotations[:, JOINTS.index("right_elbow")] = [0.8, 0, 0.6, 0]
    rotations[:, JOINTS.index("left_hip"), :2] = solved.rotations[:, 16, :2]
    motion, _ = calm_arms(Solved(solved.root, rotations), seen)
    np.testing.assert_array_equal(motion.root, solved.root)
    joints = ropar_native.forward_kinematics(*motion) - motion.root[:, None]
    before = ropar_native.forward_kinematics(solved.root, rotations) - solved.root[:, None]
    left, right = ([JOINTS.index(f"{side}_{j}") for j in ("shoulder", "elbow", "wrist")] for side in ("left", "right"))
    knee = JOINTS.index("left_knee")
    assert np.ptp(before[:, left[2]], axis=0).max() > 0.2
    np.testing.assert_allclose(joints[:, right], before[:, right], atol=1e-5)
    np.testing.assert_allclose(joints[:, left], before[:, right] * [-1, 1, 1], atol=1e-5)
    np.testing.assert_allclose(joints[:, knee], before[:, knee], atol=1e-5)


def test_a_cycle_of_steps_goes_on_where_the_last_one_led_to() -> None:
    """A walk of one cycle in 20 frames, told by a closed form: it goes on as one that was longer."""

    def steps(frames: int) -> Solved:
        t = np.arange(frames) / FRAME_RATE
        root = np.stack([0.5 * t, 0.9 + 0.02 * np.sin(2 * np.pi * t), t], -1).astype(np.float32)
        rotations = np.zeros((frames, 22, 4), np.float32)
        rotations[..., 0] = 1
        swing = 0.3 * np.sin(2 * np.pi * t)
        rotations[:, 16, 0], rotations[:, 16, 1] = np.cos(swing), np.sin(swing)
        # The same turns by the opposite quaternions: a cycle that meets itself with them must not spin.
        rotations[frames // 2 :] *= -1
        return Solved(root, rotations)

    seen = np.full((60, 22), 255, np.uint8)
    seen[30:40, 20] = 0
    for frames in (130, 140, 60, 10):
        longer, clear = go_on(steps(60), seen, 25, 45, frames)
        expected = steps(max(60, -(-(frames - 60) // 20) * 20 + 60))
        assert len(clear) == len(longer.root) == len(expected.root) >= frames
        np.testing.assert_allclose(longer.root, expected.root, atol=1e-5)
        np.testing.assert_allclose(
            ropar_native.forward_kinematics(*longer), ropar_native.forward_kinematics(*expected), atol=1e-5
        )
    # What was not seen of a cycle is not seen in any round, nor is what is mixed from it.
    assert (go_on(steps(60), seen, 25, 45, 140)[1][:, 20] == 0).sum() == 10 * 5


def test_a_cycle_that_does_not_close_is_joined_without_a_jump() -> None:
    _, solved, seen = walk()
    longer, _ = go_on(solved, seen, 22, 50, 100)

    def poses(motion: Solved) -> np.ndarray:
        return ropar_native.forward_kinematics(0 * motion.root, motion.rotations)

    fastest = np.abs(np.diff(poses(solved), axis=0)).max()
    jump = np.abs(poses(solved)[22] - poses(solved)[49]).max()
    assert jump > 4 * fastest
    assert np.abs(np.diff(poses(longer), axis=0)).max() < fastest + 1.5 * jump / JOIN


def test_a_dribble_to_the_side_becomes_seven_seconds_of_steps_aside() -> None:
    clip, solved, seen = walk(content="basketball - sideways dribble")
    _, (told, motion, clear) = with_made(replace(clip, identifier="cmu_06_08"), solved, seen)
    assert (told.content, told.captions) == ("walk-left", [])
    assert 7 * FRAME_RATE <= len(motion.root) == len(clear) < 8 * FRAME_RATE


def test_a_piece_with_the_hand_up_is_a_wave_and_one_that_bends_down_a_bow() -> None:
    clip, solved, seen = walk(content="washwindow")
    clip = replace(clip, identifier="convs2s_test_washwindow_1_p00")
    _, wave, bow = with_made(clip, solved, seen)
    for (told, motion, clear), content, frames in ((wave, "wave-right-hand", 22), (bow, "bow", 51)):
        assert (told.content, told.captions) == (content, [])
        assert len(motion.root) == len(motion.rotations) == len(clear) == frames
    assert wave[0].identifier != bow[0].identifier
    np.testing.assert_array_equal(wave[1].root, solved.root[38:])
    np.testing.assert_array_equal(bow[1].rotations, bow[1].rotations[::-1])
    np.testing.assert_array_equal(bow[1].rotations[:26], solved.rotations[:26])


def test_what_judges_and_what_nothing_is_made_of_is_left_as_it_is() -> None:
    assert len(list(with_made(*walk("test")))) == 1
    assert len(list(with_made(*walk(content="sit")))) == 1


def test_made_clips_count_where_no_recorded_one_shows_their_content(tmp_path: Path) -> None:
    write_arrays(tmp_path)
    clips = Arrays(tmp_path).clips
    clips[0] |= {"made_of": "walk 7", "content": "walk-back"}
    write_json(tmp_path / "clips.json", clips)
    assert len(Arrays(tmp_path).clips) == len(clips)
    # It goes with what it is made of: where that is left out, by name or by chance, so is it.
    excluding = Data(exclude=["walk 7"])
    assert [c["id"] for c in Arrays(tmp_path, selection=excluding).clips] == [c["id"] for c in clips[1:]]
    for share in (0.2, 0.5, 0.8):
        ids = [c["id"] for c in Arrays(tmp_path, selection=Data(share=share, share_seed=3)).clips]
        assert (clips[0]["id"] in ids) == (drawn_share("walk 7", 3) < share)
    clips[1] |= {"content": "walk-back"}
    write_json(tmp_path / "clips.json", clips)
    assert [c["id"] for c in Arrays(tmp_path).clips] == [c["id"] for c in clips[1:]]


def test_made_clips_have_weights_of_their_own() -> None:
    clips = [
        {"source": "s", "dataset": None, "content": c, "made_of": m} for c, m in (("a", None), ("b", "x"), ("c", "y"))
    ]
    weights = balanced_weights(clips, 0.5, {"a": 2.0, "b": 2.0, "c": 3.0}, {"a": 9.0, "b": 5.0})
    np.testing.assert_allclose(weights, np.array([2, 5, 3]) / 10)
