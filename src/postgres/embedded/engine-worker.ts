import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { DATABASE } from './data-directory.js';
import type { EngineFacts, EngineOptions, FromThread, ToThread, TransactionStatus } from './engine-messages.js';
import { makeDatabase } from './new-database.js';

const REPORTED = [
  'server_version',
  'server_encoding',
  'client_encoding',
  'application_name',
  'is_superuser',
  'session_authorization',
  'DateStyle',
  'IntervalStyle',
  'TimeZone',
  'integer_datetimes',
  'standard_conforming_strings',
];
/** Answers are handed on in pieces of about this many bytes: one message each costs more than the copy. */
const PIECE_BYTES = 256 * 1024;
/** ReadyForQuery without its last byte, the status. */
const READY_FOR_QUERY = Buffer.from([0x5a, 0, 0, 0, 5]);

/** Collects an answer and passes it on in pieces, but for its end, which has the transaction status. */
class Answer {
  private static readonly buffer = Buffer.alloc(PIECE_BYTES);
  private length = 0;
  private end = Buffer.alloc(0);

  constructor(private readonly send: (piece: Uint8Array<ArrayBuffer>) => void) {}

  /** `bytes` is the engine's own memory and changes after the call. */
  add(bytes: Uint8Array): void {
    if (this.length > 0 && this.length + bytes.length > PIECE_BYTES) this.send(this.taken());
    if (bytes.length > PIECE_BYTES) {
      this.keepEnd(bytes);
      this.send(new Uint8Array(bytes));
    } else {
      Answer.buffer.set(bytes, this.length);
      this.length += bytes.length;
    }
  }

  /** What was not passed on yet, and the status: undefined where the answer does not end with one. */
  finish(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly status: TransactionStatus | undefined } {
    const bytes = this.taken();
    if (this.end.length < 6 || !this.end.subarray(0, 5).equals(READY_FOR_QUERY)) return { bytes, status: undefined };
    const status = String.fromCharCode(this.end[5] ?? 0);
    return { bytes, status: status === 'I' || status === 'T' || status === 'E' ? status : undefined };
  }

  private taken(): Uint8Array<ArrayBuffer> {
    const piece = new Uint8Array(Answer.buffer.subarray(0, this.length));
    this.length = 0;
    this.keepEnd(piece);
    return piece;
  }

  private keepEnd(piece: Uint8Array): void {
    this.end = Buffer.from(Buffer.concat([this.end, piece.subarray(-6)]).subarray(-6));
  }
}

/** Opens the database in `directory`, which is made if there is none. */
async function open({ directory, statementTimeoutMs, program }: EngineOptions): Promise<PGlite> {
  const home = join(directory, DATABASE);
  if (!existsSync(join(home, 'PG_VERSION'))) await makeDatabase(directory);
  const settings = ['plan_cache_mode=force_custom_plan', `polyvec.statement_timeout=${String(statementTimeoutMs)}ms`];
  const startParams = [...PGlite.defaultStartParams, ...settings.flatMap((setting) => ['-c', setting])];
  return PGlite.create({ dataDir: home, extensions: { vector }, startParams, pgliteWasmModule: program });
}

async function describe(engine: PGlite): Promise<EngineFacts> {
  const settings = await engine.query<{ name: string; value: string }>(
    'SELECT name, current_setting(name) AS value FROM unnest($1::text[]) AS name',
    [REPORTED],
  );
  const parameters = settings.rows.map(({ name, value }) => [name, value] as const);
  const { rows } = await engine.query<{ version: string }>(
    `SELECT default_version AS version FROM pg_available_extensions WHERE name = 'vector'`,
  );
  return { server: new Map(parameters).get('server_version') ?? '', vector: rows[0]?.version ?? '', parameters };
}

const port = parentPort;
if (port === null) throw new Error('this file runs as a thread of the engine process');
const post = (message: FromThread, transfer: readonly ArrayBuffer[] = []): void => {
  port.postMessage(message, transfer);
};

const engine = await open(workerData as EngineOptions);

async function handle(message: ToThread): Promise<void> {
  if (message.kind === 'close') {
    await engine.close();
    post({ kind: 'closed' });
    return;
  }
  const answer = new Answer((bytes) => {
    post({ kind: 'data', bytes }, [bytes.buffer]);
  });
  const onRawData = (bytes: Uint8Array): void => {
    answer.add(bytes);
  };
  await engine.execProtocolRawStream(message.bytes, { syncToFs: false, onRawData });
  const { bytes, status } = answer.finish();
  post({ kind: 'done', bytes, status }, [bytes.buffer]);
}

post({ kind: 'ready', facts: await describe(engine) });
port.on('message', (message: ToThread) => {
  handle(message).catch((error: unknown) => {
    // the engine cannot go on from here; an uncaught error ends the thread, and the process with it
    setImmediate(() => {
      throw error;
    });
  });
});
