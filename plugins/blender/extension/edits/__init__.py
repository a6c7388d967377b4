# SPDX-License-Identifier: GPL-3.0-or-later
"""What every operator needs that changes a range of an action: redo; others (repair, in-between, loop) go the same way.

Such an operator has a folder of its own with `ops.py`, `panel.py`, `properties.py` and a `plan.py`, whose plan asks the
engine for a motion in place of the one that is there and leaves the rest to `action_range.py`.
"""
