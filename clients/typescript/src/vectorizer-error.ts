import type { JsonObject } from './types.js';

/** A call that failed: the server refused it, or no answer came. */
export class VectorizerError extends Error {
  override readonly name = 'VectorizerError';

  /**
   * @param status the HTTP status, or 0 when no answer came or nothing was sent
   * @param errorType the server's code, such as `vector_not_found`. The client's own are `invalid_request` (nothing was sent),
   *   `connection_error`, `timeout`, `invalid_response`, `partial_failure` and, for an error answer without a code, `http_error`
   * @param details what the server tells beyond the message; empty when it tells nothing
   */
  constructor(
    readonly status: number,
    readonly errorType: string,
    message: string,
    readonly details: JsonObject = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
