import { status } from '@grpc/grpc-js';

/** gRPC's status codes, by name, with the numbers and the HTTP status that Pinecone gives them. */
export const CODES = {
  INVALID_ARGUMENT: [status.INVALID_ARGUMENT, 400],
  NOT_FOUND: [status.NOT_FOUND, 404],
  ALREADY_EXISTS: [status.ALREADY_EXISTS, 409],
  PERMISSION_DENIED: [status.PERMISSION_DENIED, 403],
  FORBIDDEN: [status.PERMISSION_DENIED, 403],
  MISDIRECTED: [status.PERMISSION_DENIED, 421],
  QUOTA_EXCEEDED: [status.PERMISSION_DENIED, 403],
  UNAUTHENTICATED: [status.UNAUTHENTICATED, 401],
  RESOURCE_EXHAUSTED: [status.RESOURCE_EXHAUSTED, 429],
  FAILED_PRECONDITION: [status.FAILED_PRECONDITION, 412],
  ABORTED: [status.ABORTED, 409],
  UNPROCESSABLE_ENTITY: [status.INVALID_ARGUMENT, 422],
  PAYLOAD_TOO_LARGE: [status.OUT_OF_RANGE, 413],
  // SDKs try 501 again, and lose the message: decision 34
  UNIMPLEMENTED: [status.UNIMPLEMENTED, 400],
  INTERNAL: [status.INTERNAL, 500],
  DEADLINE_EXCEEDED: [status.DEADLINE_EXCEEDED, 504],
  UNAVAILABLE: [status.UNAVAILABLE, 503],
} as const satisfies Readonly<Record<string, readonly [grpc: status, http: number]>>;

export type PineconeCode = keyof typeof CODES;

/** An error in Pinecone's own words, on both transports. */
export class PineconeError extends Error {
  constructor(
    readonly code: PineconeCode,
    message: string,
    /** When the client may try again. */
    readonly retryAfterMs?: number,
    /** The HTTP status. */
    readonly status: number = CODES[code][1],
  ) {
    super(message);
  }

  get grpcCode(): status {
    return CODES[this.code][0];
  }
}

export function invalidArgument(message: string): PineconeError {
  return new PineconeError('INVALID_ARGUMENT', message);
}
