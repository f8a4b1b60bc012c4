"""A small asyncio client for the Vectorizer API, with the method names of its guide."""

from .client import VectorizerClient
from .errors import VectorizerError

__all__ = ["VectorizerClient", "VectorizerError"]
