import { readConfig } from '../../src/config/config.js';
import { LIMIT_SETTINGS } from '../../src/config/limits.js';

const KiB = 1024;
const MiB = 1024 * KiB;

const STRICT = {
  maxJsonDepth: 64,
  maxJsonValues: 1_000_000,
  maxValuesAtOnce: 100_000,
  maxRecords: 50_000,
  maxIds: 10_000,
  maxResults: 10_000,
  maxMatches: 100_000,
  maxSearches: 100,
  searchesTimeoutMs: 10_000,
  maxAnswerBytes: 16 * MiB,
  // a part of the heap in any profile
  maxAnswersBytes: 0,
  maxFilterPredicates: 256,
  maxFilterDepth: 16,
  maxFilterValues: 10_000,
  maxFilterBytes: 64 * KiB,
  maxRegexCharacters: 1_000,
  maxMetadataBytes: 64 * KiB,
  maxMetadataKeys: 256,
  maxMetadataKeyBytes: 256,
  maxDocumentBytes: MiB,
  maxIdBytes: 512,
  maxNameBytes: 512,
  maxInFlightBytes: 256 * MiB,
  maxConnections: 10_000,
  maxConnectionsPerAddress: 1_000,
  headersTimeoutMs: 15_000,
  requestTimeoutMs: 60_000,
};

describe('the strict profile', () => {
  it('sets every limit', () => {
    expect(Object.keys({ limits: 'strict', ...STRICT }).sort()).toEqual(Object.keys(LIMIT_SETTINGS).sort());
    expect(readConfig({ POLYVEC_LIMITS: 'strict' })).toMatchObject({ limits: 'strict', ...STRICT });
  });

  it('bounds bodies', () => {
    expect(readConfig({ POLYVEC_LIMITS: 'strict' })).toMatchObject({
      maxBodyBytes: 40 * MiB,
      chromaMaxWriteBytes: 40 * MiB,
      pineconeMaxBodyBytes: 2 * MiB,
      pineconeMaxGrpcBytes: 64 * MiB,
      vectorizerMaxBodyBytes: 64 * MiB,
    });
  });

  it('leaves to a setting of its own what it is', () => {
    const config = readConfig({
      POLYVEC_LIMITS: 'strict',
      POLYVEC_MAX_IDS: '7',
      POLYVEC_PINECONE_MAX_BODY_BYTES: '9',
      POLYVEC_MAX_RECORDS: '0',
    });
    expect(config).toMatchObject({ maxIds: 7, pineconeMaxBodyBytes: 9, maxRecords: 0, maxResults: 10_000 });
  });

  it('may be asked for by the command line', () => {
    expect(readConfig({}, { limits: 'strict' }).maxIds).toBe(10_000);
    expect(readConfig({ POLYVEC_LIMITS: 'strict' }, { limits: 'protocol' }).maxIds).toBe(0);
  });
});

describe('without a profile', () => {
  it("limits are the protocols' own", () => {
    const { maxJsonDepth, maxJsonValues, maxValuesAtOnce, maxMatches, maxConnections, ...rest } = Object.fromEntries(
      Object.keys(LIMIT_SETTINGS).map((key) => [key, readConfig({})[key as keyof typeof LIMIT_SETTINGS]]),
    );
    const { headersTimeoutMs, requestTimeoutMs, limits, maxSearches, searchesTimeoutMs, ...others } = rest;
    expect({ maxJsonDepth, maxJsonValues, maxValuesAtOnce, maxMatches, maxConnections }).toEqual({
      maxJsonDepth: 127,
      maxJsonValues: 5_000_000,
      maxValuesAtOnce: 200_000,
      maxMatches: 10_000_000,
      maxConnections: 10_000,
    });
    expect({ headersTimeoutMs, requestTimeoutMs, limits, maxSearches, searchesTimeoutMs }).toEqual({
      headersTimeoutMs: 60_000,
      requestTimeoutMs: 300_000,
      limits: 'protocol',
      maxSearches: 1_000,
      searchesTimeoutMs: 30_000,
    });
    expect(new Set(Object.values(others))).toEqual(new Set([0]));
  });

  it.each(['0', '128', '12.5', 'deep'])('a depth of %s is none', (depth) => {
    expect(() => readConfig({ POLYVEC_MAX_JSON_DEPTH: depth })).toThrow('a whole number from 1 to 127');
  });

  it('a profile that there is none of is refused', () => {
    expect(() => readConfig({ POLYVEC_LIMITS: 'loose' })).toThrow('POLYVEC_LIMITS must be one of protocol, strict');
  });
});
