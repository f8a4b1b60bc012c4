/** Where the engine listens. A socket's directory is private; on the loopback interface a password stands in for that. */
export type Endpoint =
  | { readonly kind: 'socket'; readonly directory: string }
  | { readonly kind: 'tcp'; readonly port: number; readonly password: string };

/** `T`: inside a transaction, `E`: inside one that has failed, `I`: in none. */
export type TransactionStatus = 'I' | 'T' | 'E';

export type LogLevel = 'info' | 'warn' | 'error';

/** What the engine says of itself once it is open. */
export interface EngineFacts {
  readonly server: string;
  readonly vector: string;
  /** Settings that a server reports to every new client. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
}

/** What the thread that holds the engine is given. */
export interface EngineOptions {
  readonly directory: string;
  readonly program: WebAssembly.Module;
  /** The engine gets it, too: statements that may take long look at it themselves. */
  readonly statementTimeoutMs: number;
}

export interface ChildOptions {
  readonly directory: string;
  readonly endpoint: Endpoint;
  readonly statementTimeoutMs: number;
  readonly idleTransactionTimeoutMs: number;
  /** With less on the disk, nothing is written. */
  readonly leastFreeBytes: number;
}

/** From the gateway to the engine's process. After `close` the process can open another directory; `stop` ends it. */
export type ToChild =
  { readonly kind: 'start'; readonly options: ChildOptions } | { readonly kind: 'close' } | { readonly kind: 'stop' };

/** From the engine's process to the gateway. */
export type FromChild =
  | { readonly kind: 'ready'; readonly server: string; readonly vector: string; readonly port: number }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'log'; readonly level: LogLevel; readonly message: string };

/** From the process' main thread to the thread that holds the engine. */
export type ToThread = { readonly kind: 'run'; readonly bytes: Uint8Array<ArrayBuffer> } | { readonly kind: 'close' };

/** `bytes` of `done`: the end of the answer, most often all of it. `status` is missing when that is not ReadyForQuery. */
export type FromThread =
  | { readonly kind: 'ready'; readonly facts: EngineFacts }
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'done'; readonly bytes: Uint8Array; readonly status: TransactionStatus | undefined }
  | { readonly kind: 'closed' };
