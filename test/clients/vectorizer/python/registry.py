"""The samples by name, with the versions of the SDK that have their calls."""

SAMPLES = []


def sample(name, first=(3, 0), last=(99,)):
    """Adds a coroutine of a tour to the samples."""

    def add(coroutine):
        SAMPLES.append((name, first, last, coroutine))
        return coroutine

    return add


def samples_for(version):
    return [(name, coroutine) for name, first, last, coroutine in SAMPLES if first <= version <= last]
