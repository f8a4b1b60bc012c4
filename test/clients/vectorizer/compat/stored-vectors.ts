/** A vector as a test puts it in, by plain HTTP and no client. */
export interface StoredVector {
  readonly id: string;
  readonly payload: object;
}

/** Makes the collection anew, with these vectors in it and no others. @throws Error when the gateway refuses */
export async function store(url: string, collection: string, vectors: readonly StoredVector[]): Promise<void> {
  await fetch(`${url}/collections/${collection}`, { method: 'DELETE' });
  await post(`${url}/collections`, { name: collection, dimension: 4 });
  const entries = vectors.map(({ id, payload }) => ({ id, payload, embedding: [1, 0, 0, 0] }));
  const { inserted } = (await post(`${url}/insert_vectors`, { collection, vectors: entries })) as { readonly inserted: number };
  if (inserted !== vectors.length) throw new Error(`${String(inserted)} vectors were inserted`);
}

/** The ids of what is in the collection, in the order of insertion. */
export async function storedIds(url: string, collection: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/collections/${collection}/vectors?limit=1000`);
  const { vectors } = (await response.json()) as { readonly vectors: readonly { readonly id: string }[] };
  return vectors.map(({ id }) => id);
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url}: ${String(response.status)} ${await response.text()}`);
  return response.json();
}
