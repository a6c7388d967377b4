# SPDX-License-Identifier: GPL-3.0-or-later
"""F-Curves of actions through the three generations of Blender's API: this is the only file that knows of them.

| Blender | F-Curves are in |
| --- | --- |
| 4.2, 4.3 | the action |
| 4.4, 4.5 | a channel bag of the action's keyframe strip, one per slot |
| 5.0 and later | the same, reached through ``bpy_extras.anim_utils``; the action itself has none |
"""

from __future__ import annotations

import bpy

SLOTTED = bpy.app.version >= (4, 4, 0)


def curves(action, target, create: bool = True):
    """The F-Curves of `action` for the object `target`, or None where there are none and `create` is not set.

    The answer has ``find(data_path, index=)``, ``remove``, and can be iterated; make new curves with :func:`new_curve`.
    """
    if not SLOTTED:
        return action.fcurves
    slot = _slot(action, target, create)
    if slot is None:
        return None
    if bpy.app.version >= (5, 0, 0):
        from bpy_extras import anim_utils

        if create:
            return anim_utils.action_ensure_channelbag_for_slot(action, slot).fcurves
        bag = anim_utils.action_get_channelbag_for_slot(action, slot)
        return bag.fcurves if bag else None
    bag = _channelbag(action, slot, create)
    return bag.fcurves if bag else None


def new_curve(found, action, data_path: str, index: int, group: str):
    """A new F-Curve in `found`, which :func:`curves` gave, under the group of its bone."""
    if not SLOTTED:
        return found.new(data_path, index=index, action_group=group)
    if bpy.app.version >= (5, 0, 0):
        return found.new(data_path, index=index, group_name=group)
    curve = found.new(data_path, index=index)
    bag = next(b for s in action.layers[0].strips for b in s.channelbags if curve in b.fcurves[:])
    curve.group = bag.groups.get(group) or bag.groups.new(group)
    return curve


def assign(target, action) -> None:
    """Lets `action` move the object `target`, its slot included: without one nothing would play."""
    animation = target.animation_data or target.animation_data_create()
    slot = _slot(action, target, create=True) if SLOTTED and action is not None else None
    animation.action = action
    if slot is not None and animation.action_slot != slot:
        animation.action_slot = slot


def _slot(action, target, create: bool):
    """The slot of `action` that `target` uses or would use; never one of several that belongs to another object."""
    animation = target.animation_data
    if animation is not None and animation.action == action and animation.action_slot is not None:
        return animation.action_slot
    fitting = [slot for slot in action.slots if slot.target_id_type in ("OBJECT", "UNSPECIFIED")]
    # A copy of an action has its slots, too: the one that moves the object now goes before one that has its name.
    identifier = animation.last_slot_identifier if animation is not None else ""
    for slot in fitting:
        if slot.identifier == identifier:
            return slot
    for slot in fitting:
        if slot.name_display == target.name:
            return slot
    if len(fitting) == 1:
        return fitting[0]
    return action.slots.new(id_type="OBJECT", name=target.name) if create else None


def _channelbag(action, slot, create: bool):
    """Blender 4.4 and 4.5: the bag of `slot` in the first strip of the first layer."""
    if not action.layers:
        if not create:
            return None
        action.layers.new("Layer")
    layer = action.layers[0]
    if not layer.strips:
        if not create:
            return None
        layer.strips.new(type="KEYFRAME")
    return layer.strips[0].channelbag(slot, ensure=create)
