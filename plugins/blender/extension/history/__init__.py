# SPDX-License-Identifier: GPL-3.0-or-later
"""Prompts: those used before, and examples."""
