/** A line of what Prometheus reads. */
const SAMPLE = /^(\w+)(?:\{([^}]*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Figures in Prometheus' text, of all processes together. */
export class Figures {
  private readonly samples: readonly {
    readonly name: string;
    readonly labels: ReadonlyMap<string, string>;
    readonly value: number;
  }[];

  constructor(text: string) {
    this.samples = text.split('\n').flatMap((line) => {
      const [, name, labels = '', value] = SAMPLE.exec(line) ?? [];
      if (name === undefined) return [];
      const pairs = [...labels.matchAll(LABEL)].map(([, label = '', content = '']): [string, string] => [label, content]);
      return [{ name, labels: new Map(pairs), value: Number(value) }];
    });
  }

  /** The sum of a metric's samples that have the label, or of all. */
  sum(name: string, label?: readonly [string, string]): number {
    return this.samples
      .filter((sample) => sample.name === name && (label === undefined || sample.labels.get(label[0]) === label[1]))
      .reduce((sum, { value }) => sum + value, 0);
  }

  /** The largest of a metric's samples. */
  largest(name: string): number {
    return this.samples.filter((sample) => sample.name === name).reduce((most, { value }) => Math.max(most, value), 0);
  }

  /** The sums of a metric by a label's values. */
  by(name: string, label: string): ReadonlyMap<string, number> {
    const sums = new Map<string, number>();
    for (const { name: own, labels, value } of this.samples) {
      const key = labels.get(label);
      if (own === name && key !== undefined) sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return sums;
  }

  /** As `by`, of those whose other label is this beginning's. */
  byWhere(
    name: string,
    label: string,
    where: readonly [label: string, isWanted: (value: string) => boolean],
  ): ReadonlyMap<string, number> {
    const [other, isWanted] = where;
    const sums = new Map<string, number>();
    for (const { name: own, labels, value } of this.samples) {
      const key = labels.get(label);
      if (own === name && key !== undefined && isWanted(labels.get(other) ?? '')) sums.set(key, (sums.get(key) ?? 0) + value);
    }
    return sums;
  }
}
