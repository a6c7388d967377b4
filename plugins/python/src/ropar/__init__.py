"""RoPAR."""

from .errors import Cancelled, Error, InputError, InternalError, OutputError, PackageError, RuntimeError_

__version__ = "0.1.0"
