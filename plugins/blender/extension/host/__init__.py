# SPDX-License-Identifier: GPL-3.0-or-later
"""Blender's side of the exchange: spaces, channels, actions and keys. No user interface, no operators."""
