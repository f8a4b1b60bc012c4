import cluster, { type Worker } from 'node:cluster';
import type { FeedLine, FeedViewer } from './feed-line.js';

/** What a worker sends to its primary; `own` is its number of a viewer, `id` the primary's. */
type Report =
  /** Everybody's lines, please, until they are unwanted. */
  | { readonly kind: 'feed wanted'; readonly own: number }
  | { readonly kind: 'feed unwanted'; readonly own: number }
  /** Its own. */
  | { readonly kind: 'feed lines'; readonly id: string; readonly lines: readonly FeedLine[] }
  /** When the first client call came. */
  | { readonly kind: 'feed called'; readonly at: number };

/** What a primary sends to its workers. */
type Order =
  /** Its own lines, please, those that it has and those that come, until that has ended. */
  | { readonly kind: 'feed asked'; readonly id: string }
  | { readonly kind: 'feed ended'; readonly id: string }
  /** Another worker's, for the viewer. */
  | { readonly kind: 'feed passed'; readonly own: number; readonly lines: readonly FeedLine[] }
  | { readonly kind: 'feed called'; readonly at: number };

/** In the primary: asks all workers for their lines as long as a viewer of one of them watches, and passes on when the first call came. */
export function relayFeed(): void {
  const viewers = new Map<string, { readonly worker: Worker; readonly own: number }>();
  let first: number | undefined;
  cluster.on('online', (worker: Worker) => {
    if (first !== undefined) send(worker, { kind: 'feed called', at: first });
    for (const id of viewers.keys()) send(worker, { kind: 'feed asked', id });
  });
  const end = (id: string): void => {
    if (viewers.delete(id)) for (const other of workers()) send(other, { kind: 'feed ended', id });
  };
  cluster.on('exit', (worker: Worker) => {
    for (const [id, viewer] of viewers) if (viewer.worker === worker) end(id);
  });
  cluster.on('message', (worker: Worker, received: unknown) => {
    const message = messageOf(received) as Report | undefined;
    if (message === undefined) return;
    switch (message.kind) {
      case 'feed wanted': {
        const id = idOf(worker, message.own);
        viewers.set(id, { worker, own: message.own });
        for (const other of workers()) send(other, { kind: 'feed asked', id });
        break;
      }
      case 'feed unwanted':
        end(idOf(worker, message.own));
        break;
      case 'feed lines': {
        const viewer = viewers.get(message.id);
        if (viewer !== undefined) send(viewer.worker, { kind: 'feed passed', own: viewer.own, lines: message.lines });
        break;
      }
      case 'feed called':
        if (first !== undefined && first <= message.at) break;
        first = message.at;
        for (const other of workers()) send(other, message);
    }
  });
}

/** What a worker has itself. */
interface OwnFeed {
  readonly kept: () => readonly FeedLine[];
  readonly view: (viewer: FeedViewer) => () => void;
  readonly firstCallAt: (at: number) => void;
}

/** In a worker: passes its own lines on to whoever watches at another one, and gets theirs. */
export class WorkerFeed {
  private readonly viewers = new Map<number, FeedViewer>();
  private readonly passing = new Map<string, () => void>();
  private last = 0;

  constructor(private readonly own: OwnFeed) {
    process.on('message', (received: unknown) => {
      const message = messageOf(received) as Order | undefined;
      if (message !== undefined) this.take(message);
    });
  }

  /** A client has called this worker for the first time. */
  called(at: number): void {
    send(process, { kind: 'feed called', at });
  }

  /** Passes on every worker's lines until the function that is returned is called. */
  watch(viewer: FeedViewer): () => void {
    this.last += 1;
    const own = this.last;
    this.viewers.set(own, viewer);
    send(process, { kind: 'feed wanted', own });
    return () => {
      this.viewers.delete(own);
      send(process, { kind: 'feed unwanted', own });
    };
  }

  private take(message: Order): void {
    switch (message.kind) {
      case 'feed asked': {
        const { id } = message;
        send(process, { kind: 'feed lines', id, lines: this.own.kept() });
        this.passing.get(id)?.();
        this.passing.set(
          id,
          this.own.view((line) => {
            send(process, { kind: 'feed lines', id, lines: [line] });
          }),
        );
        break;
      }
      case 'feed ended':
        this.passing.get(message.id)?.();
        this.passing.delete(message.id);
        break;
      case 'feed passed': {
        const viewer = this.viewers.get(message.own);
        if (viewer !== undefined) for (const line of message.lines) viewer(line);
        break;
      }
      case 'feed called':
        this.own.firstCallAt(message.at);
    }
  }
}

function workers(): readonly Worker[] {
  return Object.values(cluster.workers ?? {}).filter((worker) => worker !== undefined);
}

function idOf(worker: Worker, own: number): string {
  return `${String(worker.id)}.${String(own)}`;
}

/** One who has just ended does not hear it. */
function send(other: Pick<Worker, 'send'> | NodeJS.Process, message: Report | Order): void {
  other.send?.(message, undefined, undefined, () => undefined);
}

function messageOf(received: unknown): Report | Order | undefined {
  if (typeof received !== 'object' || received === null || !('kind' in received)) return undefined;
  return typeof received.kind === 'string' && received.kind.startsWith('feed ') ? (received as Report | Order) : undefined;
}
