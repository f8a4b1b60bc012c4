import {
  boolean,
  count,
  emulation,
  exceptForeign,
  host,
  MAX_DURATION_MS,
  MiB,
  oneOf,
  type Port,
  port,
  portRange,
  positive,
  setting,
  strictly,
  text,
  wholeNumber,
} from './values.js';

const MINUTE_MS = 60_000;

/** To Pinecone Local `PINECONE_HOST` is the host to be known by; to LangChain and others, where an index is. */
function isIndexUrl(text: string): boolean {
  return /[:/]/.test(text) || text.endsWith('.pinecone.io');
}

/** The settings of Pinecone's ports, hosts and limits; a part of the gateway's. */
export const PINECONE_SETTINGS = {
  pineconePort: setting<Port>(
    'POLYVEC_PINECONE_PORT',
    5080,
    port,
    "Pinecone's control plane. `0`: any free port; `off`: not served.",
  ),
  pineconeIndexPorts: setting<readonly number[]>(
    'POLYVEC_PINECONE_INDEX_PORTS',
    portRange('5081-5180'),
    portRange,
    'Ports that stand for one index each, REST and gRPC: `first-last`, `0:N` for any N free ones, or `off`.',
  ),
  pineconeOtherPorts: setting(
    'POLYVEC_PINECONE_OTHER_PORTS',
    10,
    count,
    "How many of the last of those ports, at most half of them, collections of other protocols may have; Pinecone's own may have all.",
  ),
  pineconePortRestMs: setting(
    'POLYVEC_PINECONE_PORT_REST_MS',
    MINUTE_MS,
    wholeNumber(0, MAX_DURATION_MS),
    "How long a deleted index' port stands for no other one, so that clients of the old one notice.",
  ),
  importRoot: setting<string | undefined>(
    'POLYVEC_IMPORT_ROOT',
    undefined,
    text,
    'Where the files of bulk imports lie, in a folder for each tenant. Without it imports are not served.',
  ),
  publicHost: exceptForeign(
    setting('POLYVEC_PUBLIC_HOST', 'localhost', host, 'The host name that clients reach the ports by.', 'PINECONE_HOST'),
    isIndexUrl,
  ),
  pineconeHostStyle: emulation(
    setting(
      'POLYVEC_PINECONE_HOST_STYLE',
      'auto',
      oneOf('auto', 'bare', 'url'),
      "An index' `host`: `bare` is `localhost:5081`, `url` is `http://localhost:5081`, `auto` is what the asking SDK needs.",
    ),
  ),
  pineconeDomain: setting<string | undefined>(
    'POLYVEC_PINECONE_DOMAIN',
    undefined,
    host,
    'Behind a load balancer: indexes are `{index}-{project}.svc.{domain}` and found by the Host header.',
  ),
  pineconeStrictRegions: emulation(
    setting(
      'POLYVEC_PINECONE_STRICT_REGIONS',
      false,
      boolean,
      "Whether an index may only be said to be in one of Pinecone's own regions.",
    ),
  ),
  pineconeMaxIndexes: setting('POLYVEC_PINECONE_MAX_INDEXES', 0, count, 'Indexes in a project; `0`: any number.'),
  pineconeMaxPods: setting('POLYVEC_PINECONE_MAX_PODS', 0, count, 'Pods of all indexes in a project; `0`: any number.'),
  pineconeMaxUpsertVectors: setting('POLYVEC_PINECONE_MAX_UPSERT_VECTORS', 1_000, positive, 'Vectors in one Pinecone upsert.'),
  pineconeMaxMetadataBytes: setting(
    'POLYVEC_PINECONE_MAX_METADATA_BYTES',
    40_960,
    positive,
    "The largest metadata of a record written through Pinecone's API, as JSON text.",
  ),
  pineconeNeMatchesMissing: emulation(
    setting(
      'POLYVEC_PINECONE_NE_MATCHES_MISSING',
      true,
      boolean,
      'Whether `$ne` and `$nin` in a Pinecone filter match records that lack the field.',
    ),
  ),
  pineconeStatsFilter: emulation(
    setting(
      'POLYVEC_PINECONE_STATS_FILTER',
      true,
      boolean,
      "Whether a serverless index' statistics may be filtered; Pinecone itself refuses that.",
    ),
  ),
  pineconeDefaultNamespaceKey: emulation(
    setting(
      'POLYVEC_PINECONE_DEFAULT_NAMESPACE_KEY',
      'auto',
      oneOf('auto', 'empty', 'alias'),
      'The default namespace in index statistics: `empty` is `""`, `alias` is `__default__`, `auto` goes by the API version.',
    ),
  ),
  pineconeServerlessCollections: emulation(
    setting(
      'POLYVEC_PINECONE_SERVERLESS_COLLECTIONS',
      false,
      boolean,
      'Whether a Pinecone collection may be made of an index that is no pod index; Pinecone itself refuses that.',
    ),
  ),
  pineconeRestorePendingMs: emulation(
    setting(
      'POLYVEC_PINECONE_RESTORE_PENDING_MS',
      0,
      wholeNumber(0, MAX_DURATION_MS),
      'How long a restore, which is complete when it is answered, is said to be `Pending`.',
    ),
  ),
  pineconeRateLimits: emulation(
    setting(
      'POLYVEC_PINECONE_RATE_LIMITS',
      'off',
      oneOf('off', 'pinecone'),
      "Whether Pinecone's own request and record limits are enforced, per instance.",
    ),
  ),
  pineconeMaxBodyBytes: strictly(
    setting('POLYVEC_PINECONE_MAX_BODY_BYTES', 64 * MiB, positive, "The largest request body of Pinecone's REST API."),
    2 * MiB,
  ),
  pineconeMaxGrpcBytes: strictly(
    setting('POLYVEC_PINECONE_MAX_GRPC_BYTES', 128 * MiB, positive, 'The largest gRPC message, both ways.'),
    64 * MiB,
  ),
  pineconeGrpcIdleTimeoutMs: setting(
    'POLYVEC_PINECONE_GRPC_IDLE_TIMEOUT_MS',
    30 * MINUTE_MS,
    wholeNumber(5 * MINUTE_MS, MAX_DURATION_MS),
    'How long a gRPC connection is kept without a call, at least five minutes: clients then connect anew.',
  ),
} as const;
