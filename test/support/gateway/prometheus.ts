/** One line of what `/metrics` answers. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What `/metrics` has answered at one moment. */
export class Scrape {
  constructor(readonly text: string) {}

  /** The names that are declared, with or without samples. */
  get metrics(): readonly string[] {
    return [...this.text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name ?? '');
  }

  get samples(): readonly Sample[] {
    const lines = this.text.matchAll(/^([a-z_]+)(?:\{(.*)\})? (\S+)$/gm);
    return [...lines].map(([, name = '', labels = '', value]) => ({ name, labels: labelsOf(labels), value: Number(value) }));
  }

  /** The samples of a name that have these labels, among others. */
  of(name: string, labels: Readonly<Record<string, string>> = {}): readonly Sample[] {
    const wanted = Object.entries(labels);
    return this.samples.filter(
      (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
    );
  }

  /** Their sum; 0 when there are none. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.of(name, labels).reduce((sum, { value }) => sum + value, 0);
  }
}

/** @throws Error with the answer when it is no 200 */
export async function scrape(consoleUrl: string): Promise<Scrape> {
  const answer = await fetch(`${consoleUrl}/metrics`);
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`metrics: ${String(answer.status)} ${text}`);
  return new Scrape(text);
}

/** Scrapes until it is as wanted, or for ten seconds: a request is counted a moment after its client has the answer. */
export async function scrapeUntil(consoleUrl: string, isWanted: (seen: Scrape) => boolean): Promise<Scrape> {
  for (let attempt = 1; ; attempt += 1) {
    const seen = await scrape(consoleUrl);
    if (isWanted(seen) || attempt === 200) return seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function labelsOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g);
  return Object.fromEntries([...pairs].map(([, name = '', value = '']) => [name, value]));
}
