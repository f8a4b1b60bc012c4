"""Where the gateway is, embeddings without a model, and what several frameworks' tests share."""

import hashlib
import os
import uuid
from urllib.parse import urlsplit

CHROMA = urlsplit(os.environ.get("FRAMEWORK_CHROMA_URL", "http://localhost:8000"))
DIMENSION = 16


def embed(text, dimension=DIMENSION):
    """The sum of a vector for each word: the same text has the same, texts with words in common are near each other."""
    words = [hashlib.sha256(word.encode()).digest() for word in text.lower().split() or [""]]
    return [sum(word[at % len(word)] - 127.5 for word in words) / 128 for at in range(dimension)]


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"
