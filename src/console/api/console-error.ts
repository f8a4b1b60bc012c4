/** An error of the console's own. */
export class ConsoleError extends Error {
  constructor(
    /** The HTTP status. */
    readonly status: number,
    /** For programs. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** 400: the request asks for something that cannot be. */
export function invalid(message: string): ConsoleError {
  return new ConsoleError(400, 'invalid', message);
}
