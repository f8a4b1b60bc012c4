/** An error in Chroma's own words, as the client will read it. */
export class ChromaError extends Error {
  constructor(
    readonly status: number,
    readonly error: string,
    message: string,
  ) {
    super(message);
  }
}

/** 400: the request is well formed but asks for something that cannot be. */
export function invalidArgument(message: string): ChromaError {
  return new ChromaError(400, 'InvalidArgumentError', message);
}

/** 422: a value of the body has the wrong type. `path` is its place, such as `configuration.hnsw.space`; `''` is the body. */
export function unprocessable(path: string, reason: string): ChromaError {
  return new ChromaError(
    422,
    'ChromaError',
    `Failed to deserialize the JSON body into the target type: ${describe(path, reason)}`,
  );
}

/** 400 for a value that Chroma's reader of enumerations takes for a syntax error. */
export function unparsable(path: string, reason: string): ChromaError {
  return invalidArgument(`Failed to parse the request body as JSON: ${describe(path, reason)}`);
}

function describe(path: string, reason: string): string {
  // the true place is not known here, and no client reads it
  return `${path === '' ? '' : `${path}: `}${reason} at line 1 column 1`;
}
