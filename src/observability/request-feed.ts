import cluster from 'node:cluster';
import type { FeedLine, FeedViewer } from './feed-line.js';
import { WorkerFeed } from './worker-feed.js';

const KEPT = 500;

/** The latest requests of an instance, of all its processes, for whoever watches. Nobody watching costs nothing but the memory. */
export class RequestFeed {
  private readonly lines: FeedLine[] = [];
  private next = 0;
  private readonly viewers = new Set<FeedViewer>();
  private first: number | undefined;
  private readonly workers: WorkerFeed | undefined;

  constructor() {
    if (cluster.worker === undefined) return;
    this.workers = new WorkerFeed({
      kept: () => this.kept(),
      view: (viewer) => this.viewOwn(viewer),
      firstCallAt: (at) => {
        this.first = Math.min(at, this.first ?? Infinity);
      },
    });
  }

  /** When the first client call came to this instance, in milliseconds since 1970. */
  get firstCallAt(): number | undefined {
    return this.first;
  }

  /** `isClient`: it is no call of the console's page. */
  note(line: FeedLine, isClient: boolean): void {
    if (isClient && this.first === undefined) {
      this.first = line.at;
      this.workers?.called(line.at);
    }
    this.lines[this.next] = line;
    this.next = (this.next + 1) % KEPT;
    for (const view of this.viewers) view(line);
  }

  /** Passes on what is kept, the oldest first, and from then on each line as it comes, until the function that is returned is called. */
  watch(viewer: FeedViewer): () => void {
    if (this.workers !== undefined) return this.workers.watch(viewer);
    for (const line of this.kept()) viewer(line);
    return this.viewOwn(viewer);
  }

  private kept(): readonly FeedLine[] {
    return [...this.lines.slice(this.next), ...this.lines.slice(0, this.next)];
  }

  private viewOwn(viewer: FeedViewer): () => void {
    this.viewers.add(viewer);
    return () => this.viewers.delete(viewer);
  }
}
