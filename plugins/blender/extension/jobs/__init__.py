# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that takes seconds: on a thread, watched by a modal operator; or at once, where a script asked for it."""
