import cluster, { type Worker } from 'node:cluster';

/** Messages between workers and their primary. `id` is the number that the asking side gave its request. */
type Message =
  /** To the primary: everybody's figures, please. */
  | { readonly kind: 'metrics wanted'; readonly id: number }
  /** To each worker: its own, please. */
  | { readonly kind: 'metrics asked'; readonly id: number }
  /** To the primary: a worker's own. */
  | { readonly kind: 'metrics reported'; readonly id: number; readonly text: string }
  /** To who wanted them: everybody's, as far as they came in time. */
  | { readonly kind: 'metrics gathered'; readonly id: number; readonly text: string };

/** A round of questions that the primary has not heard all answers to. */
interface Round {
  readonly missing: Set<number>;
  readonly texts: string[];
  readonly finish: () => void;
}

/** A worker that is busy for longer is left out: its figures are labelled as its own, so that nobody takes theirs for a sum. */
const MAX_WAIT_MS = 2_000;

/** In the primary: asks all workers for their figures when one of them wants everybody's. */
export function relayMetrics(): void {
  const rounds = new Map<number, Round>();
  let last = 0;
  cluster.on('message', (worker: Worker, received: unknown) => {
    const message = messageOf(received);
    if (message?.kind === 'metrics wanted') {
      last += 1;
      ask(rounds, last, (text) => {
        send(worker, { kind: 'metrics gathered', id: message.id, text });
      });
    } else if (message?.kind === 'metrics reported') {
      const round = rounds.get(message.id);
      if (round?.missing.delete(worker.id) !== true) return;
      round.texts.push(message.text);
      if (round.missing.size === 0) round.finish();
    }
  });
}

function ask(rounds: Map<number, Round>, id: number, done: (text: string) => void): void {
  const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
  const texts: string[] = [];
  const finish = (): void => {
    clearTimeout(timer);
    if (rounds.delete(id)) done(merged(texts));
  };
  const timer = setTimeout(finish, MAX_WAIT_MS);
  rounds.set(id, { missing: new Set(workers.map((worker) => worker.id)), texts, finish });
  for (const worker of workers) send(worker, { kind: 'metrics asked', id });
}

/** In a worker: reports its own figures to the primary, and requests those of all workers. */
export class WorkerMetrics {
  private readonly waiting = new Map<number, (text: string) => void>();
  private last = 0;

  /** `own` returns figures that are labelled as this worker's. */
  constructor(own: () => Promise<string>) {
    process.on('message', (received: unknown) => {
      const message = messageOf(received);
      if (message?.kind === 'metrics asked') {
        void own().then((text) => {
          send(process, { kind: 'metrics reported', id: message.id, text });
        });
      } else if (message?.kind === 'metrics gathered') {
        this.waiting.get(message.id)?.(message.text);
        this.waiting.delete(message.id);
      }
    });
  }

  /** The figures of all workers. */
  gathered(): Promise<string> {
    this.last += 1;
    const id = this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      send(process, { kind: 'metrics wanted', id });
    });
  }
}

/** One text of several: each metric is declared once, and has the samples of all. */
export function merged(texts: readonly string[]): string {
  const samples = new Map<string, string[]>();
  for (const block of texts.flatMap((text) => text.trim().split(/\n\n+/))) {
    const lines = block.split('\n');
    const declaration = lines.filter((line) => line.startsWith('#')).join('\n');
    const known = samples.get(declaration) ?? [];
    known.push(...lines.filter((line) => line !== '' && !line.startsWith('#')));
    samples.set(declaration, known);
  }
  return [...samples].map(([declaration, lines]) => [declaration, ...lines].join('\n')).join('\n\n') + '\n';
}

/** One who has just ended does not hear it. */
function send(other: Pick<Worker, 'send'> | NodeJS.Process, message: Message): void {
  other.send?.(message, undefined, undefined, () => undefined);
}

function messageOf(received: unknown): Message | undefined {
  if (typeof received !== 'object' || received === null || !('kind' in received)) return undefined;
  return typeof received.kind === 'string' && received.kind.startsWith('metrics ') ? (received as Message) : undefined;
}
