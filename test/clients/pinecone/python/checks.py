"""What samples assert with: each of these throws when it does not hold."""


def same(what, actual, expected):
    assert actual == expected, f"{what}: {actual!r} is not {expected!r}"


def holds(what, condition):
    assert condition, what


def close(what, actual, expected):
    """Both within a float32's precision."""
    assert abs(actual - expected) < 1e-5, f"{what}: {actual} is not about {expected}"


def refused(call, *texts):
    """Calls, and returns the error that comes of it, which must name all of the texts."""
    try:
        answer = call()
    except Exception as error:
        told = f"{type(error).__name__}: {error}"
        for text in texts:
            assert text in told, f"{text!r} is not in the error {told}"
        return error
    raise AssertionError(f"it was answered as if it were fine: {answer!r}")


def ids_of(found):
    return [one.id for one in found]
