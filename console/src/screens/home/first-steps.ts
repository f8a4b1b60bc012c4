import type { Session } from '../../../../src/console/api/contract/session.js';

export interface Step {
  readonly label: string;
  readonly code: string;
}

/** A program for each protocol that runs against this gateway; keys come from the environment. */
export function firstSteps({ addresses, keys }: Pick<Session, 'addresses' | 'keys'>): readonly Step[] {
  const chroma = new URL(addresses.chroma);
  const ssl = chroma.protocol === 'https:' ? ', ssl=True' : '';
  const headers = keys ? `,\n    headers={"x-chroma-token": os.environ["POLYVEC_API_KEY"]}` : '';
  const python = [
    ...(keys ? ['import os', ''] : []),
    'import chromadb',
    '',
    `client = chromadb.HttpClient(host="${chroma.hostname}", port=${portOf(chroma)}${ssl}${headers})`,
    'collection = client.get_or_create_collection("notes")',
    'collection.add(ids=["a", "b"], embeddings=[[1, 0], [0, 1]],',
    '               documents=["on foxes", "on hens"])',
    'print(collection.query(query_embeddings=[[1, 0.1]], n_results=1))',
  ];
  const pinecone = [
    ...(keys ? ['import os', ''] : []),
    'from pinecone import Pinecone, ServerlessSpec',
    '',
    `pc = Pinecone(api_key=${keys ? 'os.environ["POLYVEC_API_KEY"]' : '"any"'}, host="${addresses.pinecone}")`,
    'pc.create_index(name="films", dimension=3, metric="cosine",',
    '                spec=ServerlessSpec(cloud="aws", region="us-east-1"))',
    'pc.Index(name="films").upsert(vectors=[("a", [1.0, 0.0, 0.0])])',
  ];
  const authorization = keys ? ' -H "Authorization: Bearer $POLYVEC_API_KEY"' : '';
  const vectorizer = [
    `url=${addresses.vectorizer}`,
    `curl $url/collections/articles/insert${authorization} \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"id": "a", "text": "an old note"}'`,
    `curl $url/collections/articles/search${authorization} \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"query": "note", "limit": 1}'`,
  ];
  return [
    { label: 'Chroma, Python', code: python.join('\n') },
    { label: 'Pinecone, Python', code: pinecone.join('\n') },
    { label: 'Vectorizer, curl', code: vectorizer.join('\n') },
  ];
}

/** A URL does not say the port of its scheme. */
export function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}
