import type { Json } from '../../http/json.js';

/** What an error tells beside its message: a JSON object's members. */
export type ErrorDetails = Readonly<Record<string, Json | number>>;

/** An error in Vectorizer's shape. */
export class VectorizerError extends Error {
  constructor(
    /** The HTTP status. */
    readonly status: number,
    /** The stable code that clients tell errors apart by. */
    readonly errorType: string,
    message: string,
    readonly details?: ErrorDetails,
  ) {
    super(message);
  }
}

/** A field is missing, or its value is not allowed. */
export function validationError(field: string, reason: string): VectorizerError {
  return new VectorizerError(400, 'validation_error', `Invalid ${field}: ${reason}`, { field, reason });
}

/** A field's value cannot be understood. */
export function parseError(field: string, reason: string): VectorizerError {
  return new VectorizerError(400, 'parse_error', `Failed to parse ${field}: ${reason}`, { field, reason });
}

export function badRequest(message: string): VectorizerError {
  return new VectorizerError(400, 'bad_request', message);
}

/** What is asked for contradicts itself, or what there is. */
export function invalidConfiguration(reason: string): VectorizerError {
  return new VectorizerError(400, 'invalid_configuration', `Invalid configuration: ${reason}`);
}

/** For a text in a collection that another protocol made. */
export function noProvider(collection: string): VectorizerError {
  return badRequest(`Collection '${collection}' has no embedding provider: send vectors, or create it with one through this API`);
}

/** Why a request with a key for encryption is refused. */
export const NO_ENCRYPTION = 'payloads are not encrypted here';

/** For a key that payloads are to be encrypted with: storing them as they are would be worse than nothing. @throws VectorizerError 400 */
export function refuseEncryption(): never {
  throw encryptionUnsupported();
}

export function encryptionUnsupported(): VectorizerError {
  return new VectorizerError(400, 'encryption_error', 'payload encryption is not supported');
}

export function collectionNotFound(name: string): VectorizerError {
  return new VectorizerError(404, 'collection_not_found', `Collection not found: ${name}`, { collection_name: name });
}

export function vectorNotFound(id: string): VectorizerError {
  return new VectorizerError(404, 'vector_not_found', `Vector not found: ${id}`, { vector_id: id });
}

export function notFound(what: string): VectorizerError {
  return new VectorizerError(404, 'not_found', `Resource not found: ${what}`);
}

export function unimplemented(what: string): VectorizerError {
  return new VectorizerError(501, 'unimplemented', `${what} not offered`);
}
