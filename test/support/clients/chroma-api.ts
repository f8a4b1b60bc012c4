import { randomUUID } from 'node:crypto';
import { isJsonObject, type Json, parseJson, stringifyJson } from '../../../src/http/json.js';
import { COLLECTIONS } from './chroma-client.js';

/** What came back over Chroma's wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed text; the text itself when it is not JSON. */
  readonly body: unknown;
}

export interface Call {
  readonly method?: string;
  /** Text and bytes are sent as they are; bytes get no content type. Everything else is sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Status and body, to be compared with `toEqual`. */
export type Outcome = readonly [status: number, body: unknown];

/** Chroma's wire at one address. */
export class ChromaApi {
  constructor(readonly baseUrl: string) {}

  async call(path: string, { method, body, headers = {} }: Call = {}): Promise<Answer> {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(`${this.baseUrl}${path}`, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { ...(isBytes || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' || isBytes ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parsed(text) };
  }

  /** The outcome of a call that is a GET without a body and a POST with one. */
  async outcome(path: string, body?: unknown, method?: string): Promise<Outcome> {
    const answer = await this.call(path, {
      ...(body === undefined ? {} : { body }),
      ...(method === undefined ? {} : { method }),
    });
    return [answer.status, answer.body];
  }

  /** A new collection, with a name of its own unless one is given. @throws Error with the answer when it is refused. */
  async createCollection(inside: Readonly<Record<string, unknown>> = {}, collections = COLLECTIONS): Promise<CollectionApi> {
    const answer = await this.call(collections, { body: { name: uniqueName(), ...inside } });
    if (answer.status !== 200) throw new Error(`create: ${String(answer.status)} ${answer.text}`);
    const { id, name } = answer.body as { id: string; name: string };
    return new CollectionApi(this, id, name, collections);
  }

  /** A new collection that holds the records of an add. */
  async filled(records: unknown, inside: Readonly<Record<string, unknown>> = {}): Promise<CollectionApi> {
    const collection = await this.createCollection(inside);
    await collection.fill(records);
    return collection;
  }
}

/** The calls on one collection. */
export class CollectionApi {
  constructor(
    readonly api: ChromaApi,
    readonly id: string,
    readonly name: string,
    readonly collections = COLLECTIONS,
  ) {}

  get path(): string {
    return `${this.collections}/${this.id}`;
  }

  async post(action: string, body: unknown): Promise<Answer> {
    return this.api.call(`${this.path}/${action}`, { body });
  }

  async outcome(action: string, body: unknown): Promise<Outcome> {
    const { status, body: answer } = await this.post(action, body);
    return [status, answer];
  }

  /** Adds records. @throws Error with the answer when they are refused. */
  async fill(records: unknown): Promise<void> {
    const answer = await this.post('add', records);
    if (answer.status !== 201) throw new Error(`add: ${String(answer.status)} ${answer.text}`);
  }

  /** The ids that a get answers with, in its order. @throws Error with the answer when it is refused. */
  async ids(request: unknown = {}): Promise<readonly string[]> {
    const answer = await this.post('get', request);
    if (answer.status !== 200) throw new Error(`get: ${String(answer.status)} ${answer.text}`);
    return (answer.body as { ids: readonly string[] }).ids;
  }

  /** The metadata of every record as JSON text without spaces, numbers as they are written, keys sorted. */
  async metadataTexts(): Promise<readonly string[]> {
    const fields = parseJson((await this.post('get', { include: ['metadatas'] })).text);
    const list = isJsonObject(fields) ? fields.get('metadatas') : undefined;
    if (!Array.isArray(list)) throw new Error('get answers without metadatas');
    return (list as readonly Json[]).map(sortedText);
  }

  /** The collection as a get by name shows it. */
  async shown(): Promise<Readonly<Record<string, unknown>>> {
    return (await this.api.call(`${this.collections}/${this.name}`)).body as Record<string, unknown>;
  }
}

export function uniqueName(): string {
  return `c-${randomUUID()}`;
}

/** JSON text with the keys of the outer object in order. */
export function sortedText(value: Json): string {
  if (!isJsonObject(value)) return stringifyJson(value);
  return stringifyJson(new Map([...value].sort(([left], [right]) => (left < right ? -1 : 1))));
}

/** 400, worded so. */
export function invalid(message: unknown): Outcome {
  return [400, { error: 'InvalidArgumentError', message }];
}

/** 404, worded so. */
export function notFound(message: unknown): Outcome {
  return [404, { error: 'NotFoundError', message }];
}

/** An outcome whose error has no name of its own. */
export function refused(status: number, message: unknown): Outcome {
  return [status, { error: 'ChromaError', message }];
}

/** 422: a body of the wrong shape, by path and reason; its position may be any. */
export function mistyped(pathAndReason: string): Outcome {
  const escaped = pathAndReason.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`^Failed to deserialize the JSON body into the target type: ${escaped} at line \\d+ column \\d+$`);
  return refused(422, expect.stringMatching(pattern) as unknown);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
