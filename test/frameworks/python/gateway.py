"""Where the gateway is, embeddings without a model, and what several frameworks' tests share."""

import hashlib
import os
import tempfile
import uuid
from urllib.parse import urlsplit

import certifi

CHROMA = urlsplit(os.environ.get("FRAMEWORK_CHROMA_URL", "http://localhost:8000"))
DIMENSION = 16


def trust(authority):
    """The authority is in certifi's bundle, where users of a development certificate put it; here, in a copy of that bundle."""
    with open(certifi.where(), encoding="utf-8") as known, open(authority, encoding="utf-8") as own:
        text = known.read() + own.read()
    with tempfile.NamedTemporaryFile("w", suffix=".pem", delete=False, encoding="utf-8") as bundle:
        bundle.write(text)
    certifi.where = lambda: bundle.name


if "FRAMEWORK_AUTHORITY" in os.environ:
    trust(os.environ["FRAMEWORK_AUTHORITY"])


def embed(text, dimension=DIMENSION):
    """The sum of a vector for each word: the same text has the same, texts with words in common are near each other."""
    words = [hashlib.sha256(word.encode()).digest() for word in text.lower().split() or [""]]
    return [sum(word[at % len(word)] - 127.5 for word in words) / 128 for at in range(dimension)]


def unique(prefix):
    return f"{prefix}-{uuid.uuid4().hex[:12]}"
