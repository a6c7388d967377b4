"""Everything that touches Maya's scene. Main thread only."""
