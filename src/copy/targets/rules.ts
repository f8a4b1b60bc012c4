import { MAX_DIMENSION } from '../../collections/collection.js';
import { GatewayError } from '../../errors.js';
import type { Limits } from '../../limits/limits.js';
import type { CopyRecord, Destination, SourceCollection } from '../copy.js';

/** What keeps a collection out of any Polyvec database, a sentence each. */
export function problemsOfNew(limits: Limits, { dimension }: SourceCollection, to: Destination): readonly string[] {
  const problems = [to.tenant, to.database, to.name].flatMap((name) => {
    return (
      reasonOf(() => {
        limits.requireName(name);
      }) ?? []
    );
  });
  if (dimension === null || dimension <= MAX_DIMENSION) return problems;
  return [...problems, `it has ${String(dimension)} dimensions, and a vector can have at most ${String(MAX_DIMENSION)} here`];
}

/** Why a Polyvec database cannot hold the record; undefined when it can. */
export function problemOfRecord(limits: Limits, { dimension }: SourceCollection, record: CopyRecord): string | undefined {
  const { embedding } = record;
  if (embedding !== null && dimension !== null && embedding.length !== dimension) {
    return `its vector has ${String(embedding.length)} dimensions, and the collection ${String(dimension)}`;
  }
  if (embedding?.every((component) => Number.isFinite(component)) === false)
    return 'its vector has a component that is not finite';
  const texts = [record.id, record.document, record.uri, record.namespace];
  if (texts.some((text) => text?.includes('\0') === true) || record.metadata?.includes('\\u0000') === true) {
    return 'it has a text with the character U+0000, which Postgres cannot hold';
  }
  return reasonOf(() => {
    limits.requireWrite(record.namespace ?? '', [record]);
  });
}

/** Why a limit refuses something; undefined when it does not. */
function reasonOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error;
    const { detail } = error;
    if (!('allowed' in detail)) return error.message;
    return `the limit ${detail.limit} allows ${String(detail.allowed)}, and it has ${String(detail.actual)}`;
  }
}
