# SPDX-License-Identifier: GPL-3.0-or-later
"""Body parts of an action are made anew; everything else stays as it is."""
