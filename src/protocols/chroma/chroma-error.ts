/** An answer that only Chroma words so: thrown by what reads its requests. */
export class ChromaError extends Error {
  constructor(
    readonly status: number,
    /** The name by which clients choose the class to raise. */
    readonly error: string,
    message: string,
  ) {
    super(message);
  }
}

export function invalidArgument(message: string): ChromaError {
  return new ChromaError(400, 'InvalidArgumentError', message);
}

/** A value of the wrong type. `path` is its place in the body; empty for the body itself, and for missing fields at its top. */
export function unprocessable(path: string, reason: string): ChromaError {
  const place = path === '' ? '' : `${path}: `;
  const text = `Failed to deserialize the JSON body into the target type: ${place}${reason} at line 1 column 1`;
  return new ChromaError(422, 'ChromaError', text);
}
