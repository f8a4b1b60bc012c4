import type { Field, FieldType } from './collection.js';

/** Which metadata fields occur in a request, and with which types. */
export class FieldCollector {
  private readonly types = new Map<string, Set<FieldType>>();

  add(name: string, type: FieldType): void {
    const known = this.types.get(name);
    if (known === undefined) this.types.set(name, new Set([type]));
    else known.add(type);
  }

  get fields(): readonly Field[] {
    return [...this.types].flatMap(([name, types]) => [...types].map((type) => ({ name, type })));
  }
}
