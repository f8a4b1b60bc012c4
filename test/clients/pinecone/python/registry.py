"""The samples by name, with what they need of an SDK."""

SAMPLES = []


def sample(name, first=7, last=99, transports=("rest", "grpc"), tls=False):
    """Adds a function to the samples. `first` and `last` are the major versions of the SDK that have its calls."""

    def add(function):
        SAMPLES.append((name, first, last, transports, tls, function))
        return function

    return add


def samples_for(major, transport):
    return [
        (name, tls, function)
        for name, first, last, transports, tls, function in SAMPLES
        if first <= major <= last and transport in transports
    ]
