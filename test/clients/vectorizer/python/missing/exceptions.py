"""The errors that Vectorizer's Python SDK raises: its packages leave this module out."""


class VectorizerError(Exception):
    """What all of them are."""


class ValidationError(VectorizerError):
    """Refused by the client: nothing was sent."""


class NetworkError(VectorizerError):
    """No answer, or one that the client cannot make anything of."""


class ServerError(VectorizerError):
    """An answer of status 400 and above."""


class AuthenticationError(VectorizerError):
    """Status 401 or 403."""


class RateLimitError(VectorizerError):
    """Status 429, after all attempts."""


class CollectionNotFoundError(VectorizerError):
    """Status 404 where a collection is asked for."""
