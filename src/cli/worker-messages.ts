/** A worker's message to its supervisor. */
export type WorkerMessage =
  /** It takes requests; `banner` is what a person wants to know of it. */
  | { readonly kind: 'listening'; readonly banner: string }
  /** No worker can work before somebody has mended something. */
  | { readonly kind: 'failed' };

/** The message, unless it is somebody else's. */
export function workerMessage(message: unknown): WorkerMessage | undefined {
  if (typeof message !== 'object' || message === null || !('kind' in message)) return undefined;
  const { kind } = message;
  return kind === 'listening' || kind === 'failed' ? (message as WorkerMessage) : undefined;
}
