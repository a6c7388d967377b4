# SPDX-License-Identifier: GPL-3.0-or-later
"""A new character on the canonical skeleton, drawn by the project."""
