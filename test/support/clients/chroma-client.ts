import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, parseJson } from '../../../src/http/json.js';

/** What came back over Chroma's wire. */
export interface ChromaAnswer {
  readonly status: number;
  readonly text: string;
}

export const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';

/** Sends a body, which may be JSON text already; without one it is a GET. */
export async function ask(baseUrl: string, path: string, body?: string | object, method = 'POST'): Promise<ChromaAnswer> {
  const answer = await fetch(`${baseUrl}${path}`, {
    ...(body === undefined
      ? { method: method === 'POST' ? 'GET' : method }
      : {
          method,
          headers: { 'content-type': 'application/json' },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Creates a collection and returns its uuid. @throws Error with the answer when it is refused. */
export async function createCollection(baseUrl: string, name = `c-${randomUUID()}`, inside: object = {}): Promise<string> {
  const answer = await ask(baseUrl, COLLECTIONS, { name, ...inside });
  if (answer.status !== 200) throw new Error(`create: ${String(answer.status)} ${answer.text}`);
  return (JSON.parse(answer.text) as { id: string }).id;
}

/** The fields of an answer, numbers as they were written. @throws Error unless the answer has the status and is an object. */
export function fieldsOf(answer: ChromaAnswer, status = 200): ReadonlyMap<string, Json> {
  const value = parseJson(answer.text);
  if (answer.status !== status || !isJsonObject(value)) throw new Error(`${String(answer.status)} ${answer.text}`);
  return value;
}

/** The little-endian float32 components, as Chroma's clients send them. */
export function base64Of(components: Float32Array): string {
  return Buffer.from(components.buffer, components.byteOffset, components.byteLength).toString('base64');
}
