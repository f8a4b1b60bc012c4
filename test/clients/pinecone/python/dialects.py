"""What the generations of the SDK write differently. A sample says what it wants; a tour says it in the words of its SDK."""

import itertools
import os

import pinecone
from pinecone import Pinecone, ServerlessSpec
from pinecone.grpc import PineconeGRPC

MAJOR = int(pinecone.__version__.split(".")[0])
SERVERLESS = ServerlessSpec(cloud="aws", region="us-east-1")

# of all tours, which may be of one gateway
COUNTER = itertools.count(1)


class Tour:
    """A gateway, seen through one transport: REST, or gRPC with REST for what gRPC has no calls for."""

    def __init__(self, url, transport):
        self.url = url
        self.transport = transport
        self.tls = url.startswith("https://")
        self.client = self.make_client(host=url)
        self.indexes = {}

    def choose_scheme(self):
        """How version 10's gRPC clients dial that are made from now on."""
        os.environ["PINECONE_GRPC_SCHEME"] = "https" if self.tls else "http"

    def make_client(self, **options):
        """SDKs before 9 read no certificates from the environment."""
        self.choose_scheme()
        if self.tls and MAJOR < 9:
            options["ssl_ca_certs"] = os.environ["SSL_CERT_FILE"]
        return (PineconeGRPC if self.transport == "grpc" else Pinecone)(api_key="YOUR_API_KEY", **options)

    def new_name(self):
        return f"tour{MAJOR}-{self.transport}-{next(COUNTER)}"

    def make_index(self, **options):
        """Makes an index of three dimensions, or of what the options say, and returns its name."""
        settings = {"name": self.new_name(), "dimension": 3, "metric": "cosine", "spec": SERVERLESS, **options}
        self.client.create_index(**{key: value for key, value in settings.items() if value is not None})
        return settings["name"]

    def host_of(self, name):
        """What a user of the transport writes as the host."""
        host = self.client.describe_index(name).host
        address = host.split("://")[-1]
        return address if self.tls or self.transport == "grpc" else f"http://{address}"

    def open(self, host):
        """By host, as the documentation recommends."""
        if self.transport == "grpc" and not self.tls and MAJOR < 9:
            from pinecone.grpc import GRPCClientConfig  # only these versions have it

            return self.client.Index(host=host, grpc_config=GRPCClientConfig(secure=False))
        return self.client.Index(host=host)

    def index(self, **options):
        """An index with these settings, made once: samples keep apart by namespaces of their own."""
        key = repr(sorted(options.items()))
        if key not in self.indexes:
            self.indexes[key] = self.open(self.host_of(self.make_index(**options)))
        return self.indexes[key]

    def stats(self, index, namespace):
        """How many records a namespace has; None when there is no such namespace."""
        found = index.describe_index_stats().namespaces.get(namespace)
        return None if found is None else found.vector_count

    def namespace_call(self, method, name):
        """describe_namespace and delete_namespace name their argument differently."""
        return method(name=name) if MAJOR >= 9 else method(namespace=name)
