"""What samples assert with: each of these throws when it does not hold."""

import inspect


def same(what, actual, expected):
    assert actual == expected, f"{what}: {actual!r} is not {expected!r}"


def holds(what, condition):
    assert condition, what


def close(what, actual, expected):
    """Lists of numbers, each within a float32's precision."""
    near = len(actual) == len(expected) and all(abs(one - other) < 1e-5 for one, other in zip(actual, expected))
    assert near, f"{what}: {actual!r} is not about {expected!r}"


async def refused(call, kind, *texts):
    """Calls, and returns the error that comes of it: of that kind, naming all of the texts."""
    try:
        answer = call()
        if inspect.isawaitable(answer):
            answer = await answer
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        assert type(error).__name__ == kind, f"{told} is not a {kind}"
        for text in texts:
            assert text in told, f"{text!r} is not in the error {told}"
        return error
    raise AssertionError(f"it was answered as if it were fine: {answer!r}")
