"""A stand-in for Maya: the calls that the plug-in makes, and nothing else. See tests/test_fake.py."""
