import { expect } from '@jest/globals';
import { isJsonObject, type Json, parseJson, stringifyJson } from '../../src/http/json.js';
import { post, send, type WireAnswer, type WireRequest } from '../support/differential/exchange.js';
import { startGateway } from '../support/gateway/gateway.js';

export const TENANTS = '/api/v2/tenants';
export const COLLECTIONS = `${TENANTS}/default_tenant/databases/default_database/collections`;

/** A gateway, asked over Chroma's wire. */
export interface ChromaSession {
  readonly ask: (request: WireRequest) => Promise<WireAnswer>;
  /** Creates a collection and returns the path of its record calls; `inside` is more of the body, after a comma. */
  readonly collection: (name: string, inside?: string) => Promise<string>;
  /** A collection with records, given as the inside of an `add`. */
  readonly filled: (name: string, records: string, inside?: string) => Promise<string>;
  /** The ids of the records that a `where` matches, as JSON text. */
  readonly matching: (path: string, where: string) => Promise<string | undefined>;
  readonly stop: () => Promise<void>;
}

export async function startSession(): Promise<ChromaSession> {
  const gateway = await startGateway();
  const ask = (request: WireRequest): Promise<WireAnswer> => send(gateway.chromaUrl, request);
  const collection = async (name: string, inside = ''): Promise<string> => {
    const answer = await ask(post(COLLECTIONS, `{"name":"${name}"${inside}}`));
    expect(answer.status).toBe(200);
    return `${COLLECTIONS}/${JSON.parse(at(answer, 'id') ?? '""') as string}`;
  };
  return {
    ask,
    collection,
    filled: async (name, records, inside = '') => {
      const path = await collection(name, inside);
      expect(await ask(post(`${path}/add`, `{${records}}`))).toMatchObject({ status: 201, text: '{}' });
      return path;
    },
    matching: async (path, where) => at(await ask(post(`${path}/get`, `{"where":${where},"include":[]}`)), 'ids'),
    stop: () => gateway.stop(),
  };
}

/** The value under a path such as `['ids', 0]`, as JSON text. */
export function at(answer: WireAnswer, ...path: readonly (string | number)[]): string | undefined {
  let value: Json | undefined = parseJson(answer.text);
  for (const step of path) {
    if (typeof step === 'number') value = Array.isArray(value) ? (value as readonly Json[])[step] : undefined;
    else value = isJsonObject(value) ? value.get(step) : undefined;
  }
  return value === undefined ? undefined : stringifyJson(value);
}

export function message(answer: WireAnswer): string {
  return at(answer, 'message') ?? '';
}
