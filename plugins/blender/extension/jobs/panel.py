# SPDX-License-Identifier: GPL-3.0-or-later
"""The button that starts a job, and what is there in its place while the job runs."""

from __future__ import annotations

from bpy.app.translations import pgettext_iface as iface_

from . import operator as jobs


def draw_button(layout, operator: str, *, title: str, text: str, icon: str, always: bool = False) -> None:
    """The button of `operator`; the progress of the job that runs, where that is its own.

    Args:
        title: the `Plan.title` of the operator's jobs.
        always: shows the progress of every job, for the panel that is always seen.
    """
    job = jobs.current()
    if job is not None and (always or job.title == title):
        draw_progress(layout, job)
        return
    row = layout.row()
    row.scale_y = 1.5
    row.enabled = job is None
    row.operator(operator, text=text, icon=icon)


def draw_progress(layout, job) -> None:
    """The running job: how far it is, how long it will take, and a way out."""
    text = iface_(job.text) or iface_("Starting")
    left = job.seconds_left()
    if left is not None:
        text += " " + iface_("({:.0f} s left)").format(left)
    row = layout.row(align=True)
    row.scale_y = 1.5
    row.progress(factor=job.share, text=text, translate=False)
    row.operator("ropar.cancel", text="", icon="CANCEL")
