import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../../src/http/json.js';
import { JsonSyntaxError } from '../../../src/http/json-syntax-error.js';
import type { WireAnswer, WireRequest } from './exchange.js';

/** The ids that one server gave to the things a test made, by the test's own names for them. */
export type Names = ReadonlyMap<string, string>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const CORES = String(availableParallelism());

/** Longer strings are compared, reported and recorded by their beginning and digest. */
const LONGEST_STRING = 2000;

/** An answer as it is compared: own ids replaced by names, foreign ids and times by their kind, long strings by digests. */
export interface NormalAnswer {
  readonly status: number;
  readonly contentType: string | null;
  readonly allow: string | null;
  readonly traced: boolean;
  /** The JSON body, or its text where it is no JSON. */
  readonly body: Json;
}

/** The request for one server: `{{name}}` becomes that server's id. */
export function resolved(request: WireRequest, names: Names): WireRequest {
  const fill = (text: string): string => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => names.get(name) ?? whole);
  return {
    ...request,
    path: fill(request.path),
    ...(typeof request.body === 'string' ? { body: fill(request.body) } : {}),
  };
}

export function normalised(answer: WireAnswer, names: Names): NormalAnswer {
  let text = answer.text;
  for (const [name, id] of names) text = text.replaceAll(id, `{{${name}}}`);
  // Chroma prints this map in an order that changes from answer to answer
  text = text.replace(/\[\{\\"min\\": Number\(3\), (\\"value\\": .*?)\}\]/, '[{$1, \\"min\\": Number(3)}]');
  return {
    status: answer.status,
    contentType: answer.contentType,
    allow: answer.allow,
    traced: answer.traced,
    body: folded(masked(answer.contentType === 'application/json' ? parsed(text) : text)),
  };
}

/** The uuid in an answer's `id`, if it has one. */
export function idOf(answer: WireAnswer): string | undefined {
  const body = parsed(answer.text);
  const id = isJsonObject(body) ? body.get('id') : undefined;
  return typeof id === 'string' ? id : undefined;
}

function parsed(text: string): Json {
  if (text === '') return '';
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return `not JSON (${error.message}): ${text}`;
    throw error;
  }
}

/** Replaces what every server makes up for itself, and only where it has the right form. */
function masked(body: Json): Json {
  if (Array.isArray(body)) return (body as readonly Json[]).map(masked);
  if (!isJsonObject(body)) return body;
  return new Map([...body].map(([key, value]) => [key, maskedField(key, value)]));
}

function maskedField(key: string, value: Json): Json {
  // its default depends on the machine
  if (key === 'num_threads' && value instanceof JsonNumber && value.text === CORES) return '(one for each core)';
  if (key === 'message' && typeof value === 'string') return inOrder(value);
  if (key === 'id' && typeof value === 'string' && UUID.test(value)) return '(a random uuid)';
  // records are compared as they are: a metadata key may well be called `id`
  return key === 'metadatas' || key === 'metadata' ? value : masked(value);
}

/** Of several validation errors, Chroma tells each on a line of its own, in an order that changes from answer to answer. */
function inOrder(message: string): string {
  const [, start, errors] = /^(Validation error: )(.*)$/s.exec(message) ?? [];
  return start === undefined || errors === undefined
    ? message
    : start +
        errors
          .split(/\n(?=\w+: )/)
          .sort()
          .join('\n');
}

/** Replaces the long strings in a value; two are replaced alike exactly when they are equal. */
function folded(value: Json): Json {
  if (typeof value === 'string') return foldedText(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map(folded);
  return isJsonObject(value) ? new Map([...value].map(([key, item]) => [key, folded(item)])) : value;
}

/** The text, or the beginning, length and digest of a long one. */
export function foldedText(text: string, longest = LONGEST_STRING): string {
  if (text.length <= longest) return text;
  const digest = createHash('sha256').update(text).digest('hex').slice(0, 32);
  return `${text.slice(0, 100)}… (${String(text.length)} characters, SHA-256 ${digest})`;
}
