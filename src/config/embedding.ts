import { setting, text } from './values.js';

/** A model name that clients may use, and what stands behind it. */
export type EmbeddingEntry =
  | { readonly kind: 'local'; readonly name: string; readonly dimension: number }
  | { readonly kind: 'local_sparse'; readonly name: string }
  | { readonly kind: 'remote'; readonly name: string; readonly remoteName: string; readonly dimension: number };

/** A reranking model's name here and at its endpoint. */
export interface RerankEntry {
  readonly name: string;
  readonly remoteName: string;
}

/** The embedder that needs no endpoint, and the dimension it has unless another one is set. */
export const LOCAL_MODEL = 'polyvec-local';
export const LOCAL_SPARSE_MODEL = 'polyvec-local-sparse';
export const LOCAL_DIMENSION = 384;
export const MAX_DIMENSION = 16_000;

const NAME = /^[\w.-]+$/;
const RESERVED: readonly string[] = [LOCAL_MODEL, LOCAL_SPARSE_MODEL];

/** The settings of the endpoints that embed and rerank texts; a part of the gateway's. */
export const EMBEDDING_SETTINGS = {
  embeddingUrl: setting<string | undefined>(
    'POLYVEC_EMBEDDING_URL',
    undefined,
    httpUrl,
    'An OpenAI-compatible server that embeds texts: the base URL, such as `http://localhost:11434/v1`.',
  ),
  embeddingKey: setting<string | undefined>('POLYVEC_EMBEDDING_KEY', undefined, text, "That server's API key."),
  embeddingModels: setting<readonly EmbeddingEntry[]>(
    'POLYVEC_EMBEDDING_MODELS',
    [],
    embeddingEntries,
    'Embedding models, comma-separated: `name=remote-name:dimension`, `name=local:dimension` or `name=local-sparse`, such as ' +
      '`multilingual-e5-large=intfloat/multilingual-e5-large:1024`.',
  ),
  rerankUrl: setting<string | undefined>(
    'POLYVEC_RERANK_URL',
    undefined,
    httpUrl,
    'A server that reranks texts as Cohere, Jina or TEI do: the URL that `/rerank` is added to.',
  ),
  rerankKey: setting<string | undefined>('POLYVEC_RERANK_KEY', undefined, text, "That server's API key."),
  rerankModels: setting<readonly RerankEntry[]>(
    'POLYVEC_RERANK_MODELS',
    [],
    rerankEntries,
    'Reranking models, comma-separated: `name=remote-name`, such as `bge-reranker-v2-m3=BAAI/bge-reranker-v2-m3`.',
  ),
} as const;

/** Without a slash at the end. */
function httpUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const valid = /^https?:$/.test(url?.protocol ?? '') && url?.username === '' && url.search === '' && url.hash === '';
  if (!valid) throw new Error('an http:// or https:// URL without a user, a query or a fragment');
  return value.replace(/\/+$/, '');
}

function embeddingEntries(value: string): readonly EmbeddingEntry[] {
  return entries(value, 'name=remote-name:dimension, name=local:dimension or name=local-sparse', (name, target) => {
    if (target === 'local-sparse') return { kind: 'local_sparse', name };
    if (target === 'local') return { kind: 'local', name, dimension: LOCAL_DIMENSION };
    const [, remoteName = '', digits = ''] = /^(.+):(\d{1,5})$/.exec(target) ?? [];
    const dimension = Number(digits);
    if (remoteName === '' || dimension < 1 || dimension > MAX_DIMENSION) return undefined;
    return remoteName === 'local' ? { kind: 'local', name, dimension } : { kind: 'remote', name, remoteName, dimension };
  });
}

function rerankEntries(value: string): readonly RerankEntry[] {
  return entries(value, 'name=remote-name', (name, remoteName) => ({ name, remoteName }));
}

/** Reads `name=target` entries; `read` gives nothing for a target that is none. */
function entries<T extends { readonly name: string }>(
  value: string,
  form: string,
  read: (name: string, target: string) => T | undefined,
): readonly T[] {
  const list = value.split(',').map((item) => {
    const at = item.indexOf('=');
    const name = item.slice(0, Math.max(at, 0)).trim();
    const target = item.slice(at + 1).trim();
    const entry = NAME.test(name) && target !== '' ? read(name, target) : undefined;
    if (entry === undefined) throw new Error(`a list of ${form}`);
    return entry;
  });
  const names = list.map(({ name }) => name);
  if (new Set([...RESERVED, ...names]).size < RESERVED.length + names.length) {
    throw new Error(`a list of different names, none of them ${RESERVED.join(' or ')}`);
  }
  return list;
}
