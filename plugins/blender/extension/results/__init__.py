# SPDX-License-Identifier: GPL-3.0-or-later
"""Variations: actions that were made from one prompt, to step through."""
