import type { CollectionDetail } from '../../../../src/console/api/contract/collections.js';
import type { FilterSyntaxes } from '../../../../src/console/api/contract/records.js';
import type { Addresses } from '../../../../src/console/api/contract/session.js';

export const SNIPPETS = [
  { name: 'chroma-python', label: 'Chroma, Python' },
  { name: 'chroma-js', label: 'Chroma, JS' },
  { name: 'pinecone-python', label: 'Pinecone, Python' },
  { name: 'pinecone-ts', label: 'Pinecone, TS' },
  { name: 'vectorizer', label: 'Vectorizer' },
  { name: 'curl', label: 'curl' },
  { name: 'sql', label: 'SQL' },
] as const;
export type SnippetName = (typeof SNIPPETS)[number]['name'];

/** A search, and where it goes. */
export interface SnippetSource {
  readonly addresses: Addresses;
  /** Clients need one; programs read it from the environment. */
  readonly keys: boolean;
  readonly collection: Pick<CollectionDetail, 'uuid' | 'name' | 'tenant' | 'database' | 'metric' | 'port'>;
  readonly namespace: string;
  /** Null: none. */
  readonly filter: FilterSyntaxes | null;
  readonly embedding: readonly number[];
  readonly limit: number;
}

/** A program, or why there is none. */
export interface Snippet {
  readonly code: string | null;
  readonly why: string;
}

const KEY = 'POLYVEC_API_KEY';

/** A program that runs the search as it is. Every text of the data is within a literal of the language. */
export function snippetOf(name: SnippetName, source: SnippetSource): Snippet {
  switch (name) {
    case 'chroma-python':
      return ofChroma(source, chromaPython);
    case 'chroma-js':
      return ofChroma(source, chromaJs);
    case 'curl':
      return ofChroma(source, chromaCurl);
    case 'pinecone-python':
      return ofPinecone(source, pineconePython);
    case 'pinecone-ts':
      return ofPinecone(source, pineconeTs);
    case 'vectorizer':
      return ofVectorizer(source);
    case 'sql':
      return { code: searchSql(source), why: '' };
  }
}

type Write = (source: SnippetSource) => string;

function ofChroma(source: SnippetSource, write: Write): Snippet {
  if (source.namespace !== '') return { code: null, why: "Chroma's clients reach the default namespace only." };
  return { code: write(source), why: '' };
}

function ofPinecone(source: SnippetSource, write: Write): Snippet {
  if (source.collection.port === null)
    return { code: null, why: "This collection has no port of its own, which Pinecone's clients need." };
  if (source.filter !== null && source.filter.pinecone.filter === null)
    return { code: null, why: source.filter.pinecone.why ?? 'Pinecone has no such filter.' };
  return { code: write(source), why: '' };
}

function ofVectorizer(source: SnippetSource): Snippet {
  if (source.namespace !== '') return { code: null, why: "Vectorizer's clients reach the default namespace only." };
  if (source.filter !== null && source.filter.vectorizer.filter === null)
    return { code: null, why: source.filter.vectorizer.why ?? 'Vectorizer has no such filter.' };
  return { code: vectorizerCurl(source), why: '' };
}

/** JSON as a literal of Python. */
function python(json: string): string {
  // outside of texts only: a text is matched whole, before its words can be
  return json.replace(/"(?:[^"\\]|\\.)*"|\b(true|false|null)\b/g, (match, word?: string) => {
    if (word === undefined) return match;
    return { true: 'True', false: 'False', null: 'None' }[word] ?? match;
  });
}

/** JSON as a literal of JavaScript, where a key `__proto__` would be no key. */
function javaScript(json: string): string {
  return json.replace(/"(?:[^"\\]|\\.)*"(?:\s*:)?/g, (match) => match.replace(/^"__proto__"(?=\s*:$)/, '["__proto__"]'));
}

/** A text as one argument of a POSIX shell. */
function shell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

const text = (value: unknown): string => JSON.stringify(value);

function chromaPython({ addresses, keys, collection, filter, embedding, limit }: SnippetSource): string {
  const url = new URL(addresses.chroma);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port;
  return [
    ...(keys ? ['import os'] : []),
    'import chromadb',
    '',
    'client = chromadb.HttpClient(',
    `    host=${text(url.hostname)},`,
    `    port=${port},`,
    ...(url.protocol === 'https:' ? ['    ssl=True,'] : []),
    `    tenant=${text(collection.tenant)},`,
    `    database=${text(collection.database)},`,
    ...(keys ? [`    headers={"x-chroma-token": os.environ["${KEY}"]},`] : []),
    ')',
    `collection = client.get_collection(${text(collection.name)}, embedding_function=None)`,
    'print(collection.query(',
    `    query_embeddings=[${text(embedding)}],`,
    `    n_results=${limit},`,
    ...(filter?.chroma.where == null ? [] : [`    where=${python(filter.chroma.where)},`]),
    ...(filter?.chroma.whereDocument == null ? [] : [`    where_document=${python(filter.chroma.whereDocument)},`]),
    '))',
  ].join('\n');
}

function chromaJs({ addresses, keys, collection, filter, embedding, limit }: SnippetSource): string {
  const url = new URL(addresses.chroma);
  const isTls = url.protocol === 'https:';
  return [
    "import { ChromaClient } from 'chromadb';",
    '',
    'const client = new ChromaClient({',
    `  host: ${text(url.hostname)},`,
    `  port: ${url.port === '' ? (isTls ? 443 : 80) : url.port},`,
    `  ssl: ${isTls},`,
    `  tenant: ${text(collection.tenant)},`,
    `  database: ${text(collection.database)},`,
    ...(keys ? [`  headers: { 'x-chroma-token': process.env.${KEY} },`] : []),
    '});',
    `const collection = await client.getCollection({ name: ${text(collection.name)}, embeddingFunction: null });`,
    'const found = await collection.query({',
    `  queryEmbeddings: [${text(embedding)}],`,
    `  nResults: ${limit},`,
    ...(filter?.chroma.where == null ? [] : [`  where: ${javaScript(filter.chroma.where)},`]),
    ...(filter?.chroma.whereDocument == null ? [] : [`  whereDocument: ${javaScript(filter.chroma.whereDocument)},`]),
    '});',
    'console.log(found.ids[0]);',
  ].join('\n');
}

function pineconeHost({ addresses, collection }: SnippetSource): string {
  const url = new URL(addresses.pinecone);
  return `${url.protocol}//${url.hostname}:${collection.port ?? ''}`;
}

function pineconePython(source: SnippetSource): string {
  const { keys, addresses, namespace, filter, embedding, limit } = source;
  return [
    ...(keys ? ['import os'] : []),
    'from pinecone import Pinecone',
    '',
    `pc = Pinecone(api_key=${keys ? `os.environ["${KEY}"]` : '"any"'}, host=${text(addresses.pinecone)})`,
    `index = pc.Index(host=${text(pineconeHost(source))})`,
    'print(index.query(',
    `    vector=${text(embedding)},`,
    `    top_k=${limit},`,
    `    namespace=${text(namespace)},`,
    ...(filter?.pinecone.filter == null ? [] : [`    filter=${python(filter.pinecone.filter)},`]),
    '    include_metadata=True,',
    '))',
  ].join('\n');
}

function pineconeTs(source: SnippetSource): string {
  const { keys, addresses, collection, namespace, filter, embedding, limit } = source;
  return [
    "import { Pinecone } from '@pinecone-database/pinecone';",
    '',
    `const pc = new Pinecone({ apiKey: ${keys ? `process.env.${KEY}!` : "'any'"}, controllerHostUrl: ${text(addresses.pinecone)} });`,
    `const index = pc.index(${text(collection.name)}, ${text(pineconeHost(source))}).namespace(${text(namespace)});`,
    'const found = await index.query({',
    `  vector: ${text(embedding)},`,
    `  topK: ${limit},`,
    ...(filter?.pinecone.filter == null ? [] : [`  filter: ${javaScript(filter.pinecone.filter)},`]),
    '  includeMetadata: true,',
    '});',
    'console.log(found.matches);',
  ].join('\n');
}

/** The body is no argument, which may have 128 KiB: less than a long vector. JSON is one line, so that nothing in it ends it. */
function curl(url: string, keys: boolean, body: string): string {
  return [
    `curl ${shell(url)} \\`,
    "  -H 'Content-Type: application/json' \\",
    ...(keys ? [`  -H "Authorization: Bearer $${KEY}" \\`] : []),
    "  -d @- <<'BODY'",
    body,
    'BODY',
  ].join('\n');
}

/** An object's JSON text of members that are JSON texts already. */
function object(members: Readonly<Record<string, string | null | undefined>>): string {
  const present = Object.entries(members).filter(([, value]) => value !== null && value !== undefined);
  return `{${present.map(([name, value]) => `${text(name)}: ${value ?? ''}`).join(', ')}}`;
}

function chromaCurl({ addresses, keys, collection, filter, embedding, limit }: SnippetSource): string {
  const [tenant, database] = [collection.tenant, collection.database].map(encodeURIComponent);
  const url = `${addresses.chroma}/api/v2/tenants/${tenant ?? ''}/databases/${database ?? ''}/collections/${collection.uuid}/query`;
  const where = filter?.chroma.where;
  const body = {
    query_embeddings: `[${text(embedding)}]`,
    n_results: text(limit),
    where,
    where_document: filter?.chroma.whereDocument,
  };
  return curl(url, keys, object(body));
}

function vectorizerCurl({ addresses, keys, collection, filter, embedding, limit }: SnippetSource): string {
  const url = `${addresses.vectorizer}/collections/${encodeURIComponent(collection.name)}/search`;
  return curl(url, keys, object({ vector: text(embedding), limit: text(limit), filter: filter?.vectorizer.filter }));
}

const DISTANCES = { l2: '<->', cosine: '<=>', ip: '<#>' } as const;

/** For psql, within one search path; tables of its own have the collection's number in their names, which is looked up. */
function searchSql({ collection, namespace, filter, embedding, limit }: SnippetSource): string {
  return [
    '-- pgvector compares every record of the namespace: no index is asked',
    'SELECT format($find$',
    `  SELECT COALESCE(r.long_id, r.id) AS id, v.embedding ${DISTANCES[collection.metric]} %L::vector AS distance, r.document, r.metadata`,
    '  FROM polyvec.%I r JOIN polyvec.%I v USING (collection_id, namespace, rid)',
    `  WHERE r.collection_id = %s AND r.namespace = %L${filter === null ? '' : ` AND (%s)`}`,
    `  ORDER BY distance LIMIT ${limit}$find$,`,
    `  ${sqlText(text(embedding))}, record_table, vector_table, id, ${sqlText(namespace)}${filter === null ? '' : `, ${sqlText(filter.sql)}`})`,
    `FROM polyvec.collections WHERE uuid = ${sqlText(collection.uuid)} \\gexec`,
  ].join('\n');
}
