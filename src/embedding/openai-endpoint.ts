import { type Endpoint, post, property, unavailable } from './endpoint.js';
import type { DenseEmbeddings, InputType } from './model.js';

/** A model at an endpoint. */
export interface RemoteModel {
  readonly remoteName: string;
  readonly dimension: number;
}

/** Texts in one request: as many as every server takes by default. */
const MAX_BATCH = 32;
/** How many characters a token has, about, where the endpoint does not count them. */
const TOKEN_LENGTH = 4;

/** What models were trained to find before a text, by their names at the endpoint. */
const PREFIXES: readonly (readonly [name: RegExp, prefixes: Readonly<Record<InputType, string>>])[] = [
  [/(?:^|\/)(?:multilingual-)?e5-(?:small|base|large)(?:-v2)?(?::|$)/i, { query: 'query: ', passage: 'passage: ' }],
  [/(?:^|\/)nomic-embed-text/i, { query: 'search_query: ', passage: 'search_document: ' }],
];

/**
 * Asks an OpenAI-compatible `/embeddings` for the vectors, in batches, one after the other. Texts that are too long are cut or refused as
 * the endpoint has it.
 * @throws GatewayError `unavailable embedding` unless there is a vector of the model's dimension for every text
 */
export async function embedRemotely(
  endpoint: Endpoint,
  model: RemoteModel,
  texts: readonly string[],
  inputType: InputType,
): Promise<DenseEmbeddings> {
  const prefix = prefixOf(model.remoteName, inputType);
  const vectors: Float32Array[] = [];
  let totalTokens = 0;
  for (let at = 0; at < texts.length; at += MAX_BATCH) {
    const input = texts.slice(at, at + MAX_BATCH).map((text) => `${prefix}${text}`);
    const answer = await post(endpoint, '/embeddings', { model: model.remoteName, input, encoding_format: 'float' });
    if (answer.kind === 'refusal') throw unavailable(endpoint, `status ${String(answer.status)}`);
    vectors.push(...vectorsOf(endpoint, answer.value, input.length, model.dimension));
    totalTokens += tokensOf(answer.value) ?? estimate(input);
  }
  return { vectorType: 'dense', vectors, totalTokens };
}

function prefixOf(remoteName: string, inputType: InputType): string {
  return PREFIXES.find(([name]) => name.test(remoteName))?.[1][inputType] ?? '';
}

function vectorsOf(endpoint: Endpoint, answer: unknown, count: number, dimension: number): readonly Float32Array[] {
  const data = property(answer, 'data');
  if (!Array.isArray(data)) throw unavailable(endpoint, 'the answer has no list "data"');
  if (data.length !== count) throw unavailable(endpoint, `${String(data.length)} vectors for ${String(count)} texts`);
  const vectors = new Map<unknown, Float32Array>();
  data.forEach((item: unknown, position) => {
    vectors.set(property(item, 'index') ?? position, vectorOf(endpoint, property(item, 'embedding'), dimension));
  });
  return Array.from({ length: count }, (_item, index) => {
    const vector = vectors.get(index);
    if (vector === undefined) throw unavailable(endpoint, `no vector for text ${String(index)} of ${String(count)}`);
    return vector;
  });
}

function vectorOf(endpoint: Endpoint, embedding: unknown, dimension: number): Float32Array {
  if (!Array.isArray(embedding)) throw unavailable(endpoint, 'a vector is no list of numbers');
  if (embedding.length !== dimension) {
    throw unavailable(endpoint, `a vector of ${String(embedding.length)} dimensions, where ${String(dimension)} are configured`);
  }
  const vector = Float32Array.from(embedding, (value: unknown) => (typeof value === 'number' ? value : Number.NaN));
  if (!vector.every((value) => Number.isFinite(value))) throw unavailable(endpoint, 'a vector is no list of numbers');
  return vector;
}

function tokensOf(answer: unknown): number | undefined {
  const usage = property(answer, 'usage');
  const tokens = property(usage, 'total_tokens') ?? property(usage, 'prompt_tokens');
  return typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0 ? tokens : undefined;
}

function estimate(input: readonly string[]): number {
  return input.reduce((sum, text) => sum + Math.ceil(text.length / TOKEN_LENGTH), 0);
}
