"""FBX files drawn from closed forms, by subject."""
