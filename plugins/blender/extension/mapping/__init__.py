# SPDX-License-Identifier: GPL-3.0-or-later
"""Which bone of an armature is which joint of a human body: found by RoPAR, corrected by the user, kept in the file."""
