"""The version of the package and of the library it carries."""

__version__ = "0.1.0"
