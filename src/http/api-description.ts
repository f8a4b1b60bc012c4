import type { Config } from '../config/config.js';
import type { RequestType } from './request-schema.js';
import type { Schema, Schemas } from './schema.js';

/** Where the descriptions of all protocols are found. */
export const API_DESCRIPTIONS = Symbol('API_DESCRIPTIONS');

/**
 * The documentation of a protocol, beyond its routes. A row's key is a method and a path as the protocol's clients
 * know it, `POST /tenants/{tenant}/databases`: a row for each route, and a route for each row.
 */
export interface ApiDescription {
  /** The last part of its documents' paths. */
  readonly name: string;
  readonly title: string;
  /** Markdown. */
  readonly description: string;
  /** The first is where its document is at home. */
  readonly homes: readonly ApiHome[];
  readonly operations: Readonly<Record<string, ApiOperation>>;
  /** Whether the settings let a path be answered; all are unless it is given. */
  readonly isServed?: (config: Config, path: string) => boolean;
  /** Bodies, by name. */
  readonly requests: Readonly<Record<string, RequestType>>;
  /** Answers and their parts, by name. */
  readonly schemas: Schemas;
  /** Every parameter in a path, by name. */
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Parameters in a query string, by name. */
  readonly queryParameters: Readonly<Record<string, Schema>>;
  /** Headers that any request may have, by name. */
  readonly headers: Readonly<Record<string, Schema>>;
  /** How a request may show its key, as OpenAPI's security schemes, by name. */
  readonly keys: Readonly<Record<string, Schema>>;
  /** What else than success there may be, by status. */
  readonly errors: Readonly<Record<number, string>>;
  readonly files: readonly ApiFile[];
}

/** A part of a protocol's paths that clients reach in the same way. */
export interface ApiHome {
  /** What its routes begin with, as Express matches it; a path of which the rest stands for the same. */
  readonly prefixes: readonly string[];
  /** Where the rest of the path goes. */
  readonly servers: readonly ApiServer[];
  /** The name of the schema that its errors have. */
  readonly error: string;
  /** The path as documents have it, when two routes call one place by two names. */
  readonly rename?: (path: string) => string;
}

/** A server of OpenAPI's: the URL may have `{variables}`, and may be relative to the document. */
export interface ApiServer {
  readonly url: string;
  readonly description: string;
  /** Their defaults. */
  readonly variables?: Readonly<Record<string, string>>;
}

export interface ApiOperation {
  /** Unique in its protocol. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  /** The names of the bodies of which it takes one; none: it reads no body. */
  readonly body?: string | readonly string[];
  /** What the body is, where it is no JSON object: a media type and a schema. */
  readonly content?: readonly [mediaType: string, schema: Schema];
  /** A request without a body means one without fields. */
  readonly isBodyOptional?: boolean;
  /** Names of parameters in the query string that may be there, and of those that must. */
  readonly query?: readonly string[];
  readonly requiredQuery?: readonly string[];
  /** The statuses that it answers with unless it fails; 200 unless given. */
  readonly status?: number | readonly number[];
  /** The name of the answer's schema, or the schema; none: success has no body. */
  readonly answer?: string | Schema;
  /** The media type of the answer; JSON unless given. */
  readonly answerType?: string;
  /** It is not served: the status that it always fails with. */
  readonly refusal?: number;
}

/** A file that is served beside the documents. */
export interface ApiFile {
  readonly name: string;
  readonly location: URL;
  readonly description: string;
}

/** Rows of one tag whose paths begin alike: a key's path is what follows. */
export function below(
  path: string,
  tag: string,
  rows: Readonly<Record<string, Omit<ApiOperation, 'tag'>>>,
): Readonly<Record<string, ApiOperation>> {
  const entries = Object.entries(rows).map(([key, operation]) => [key.replace(' ', ` ${path}`), { ...operation, tag }] as const);
  return Object.fromEntries(entries);
}
