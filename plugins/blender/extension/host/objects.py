# SPDX-License-Identifier: GPL-3.0-or-later
"""Armature objects: which one is meant, whether it can be animated, and finding it again after the work."""

from __future__ import annotations

from dataclasses import dataclass

from bpy.app.translations import pgettext_rpt as rpt_

from ..addon import AddonError


@dataclass(frozen=True)
class Reference:
    """An object to be found again later: undo, or another file, makes direct references invalid."""

    uid: int
    name: str

    @classmethod
    def to(cls, item) -> Reference:
        return cls(item.session_uid, item.name)

    def get(self, collection):
        """The object now.

        Raises:
            AddonError: it was deleted meanwhile.
        """
        for item in collection:
            if item.session_uid == self.uid:
                return item
        raise AddonError(
            rpt_('"{}" was deleted while the motion was made').format(self.name),
            rpt_("undo the deletion and try again"),
        )


def find_selected(context):
    """The armature the user means, or None: the active object, or the one that moves it, or the only selected one.

    An object stays active when it is deselected. It is then meant only where it is posed or edited.
    """
    layer = context.view_layer
    active = getattr(context, "active_object", None) or layer.objects.active
    if active is not None and (active.select_get(view_layer=layer) or active.mode != "OBJECT"):
        found = armature_of(active)
        if found is not None:
            return found
    candidates = {armature_of(item) for item in layer.objects.selected} - {None}
    return candidates.pop() if len(candidates) == 1 else None


def selected_armature(context):
    """As :func:`find_selected`.

    Raises:
        AddonError: there is none.
    """
    found = find_selected(context)
    if found is None:
        raise AddonError(
            rpt_("no armature is selected"),
            rpt_('select the character\'s armature, or set the target to "New Mannequin"'),
        )
    return found


def armature_of(item):
    """`item` where it is an armature, or the armature that deforms it."""
    if item is None:
        return None
    if item.type == "ARMATURE":
        return item
    for modifier in item.modifiers:
        if modifier.type == "ARMATURE" and modifier.object is not None:
            return modifier.object
    return item.parent if item.parent is not None and item.parent.type == "ARMATURE" else None


def check_editable(armature) -> None:
    """Refuses what cannot hold an animation of its own.

    Raises:
        AddonError: the object is linked from another file and not overridden, or the override is not editable.
    """
    if armature.library is not None:
        raise AddonError(
            rpt_('"{}" is linked from another file').format(armature.name),
            rpt_("make it a library override first (Object > Library Override > Make)"),
        )
    override = armature.override_library
    if override is not None and override.is_system_override:
        raise AddonError(
            rpt_('"{}" is a library override that is not editable').format(armature.name),
            rpt_("make the override editable in the Outliner (Library Override > Make)"),
        )
    action = armature.animation_data.action if armature.animation_data else None
    if action is not None and armature.animation_data.use_tweak_mode:
        raise AddonError(
            rpt_("an NLA strip of the armature is in tweak mode"), rpt_("leave tweak mode (Tab in the NLA editor)")
        )
    if not armature.data.bones:
        raise AddonError(rpt_('"{}" has no bones').format(armature.name), rpt_("select another armature"))


def check_action(action) -> None:
    """Refuses an action that belongs to another file, where keys shall go into it.

    Raises:
        AddonError: it does.
    """
    if action is not None and action.library is not None:
        raise AddonError(
            rpt_('the action "{}" is linked from another file').format(action.name),
            rpt_("make it local (in the Outliner, Make Local) or set Where to New Action"),
        )


def frame_rate(scene) -> float:
    """Frames per second of a scene."""
    return scene.render.fps / scene.render.fps_base


def action_of(armature):
    """The action that moves the armature."""
    return armature.animation_data.action if armature.animation_data else None
