import { Injectable } from '@nestjs/common';
import type { Collection, Field } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import { Database } from '../postgres/database.js';
import { requireDimension } from './dimension.js';
import { Maintenance } from './maintenance/maintenance.js';
import { roundsOf } from './patch-rounds.js';
import type { RecordPatch, Selection, SelectionPatched, WriteOutcome } from './record.js';
import { RecordPatchStore } from './record-patch.store.js';
import { hasUnknownFields } from './unknown-fields.js';

/** Changes of parts of records that exist. */
@Injectable()
export class RecordPatchesService {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly store: RecordPatchStore,
    private readonly maintenance: Maintenance,
    private readonly limits: Limits,
  ) {}

  /**
   * Changes all records of the batch that exist, at once; patches of the same id follow each other. Returns the ids that exist.
   * @throws GatewayError `invalid dimension`
   */
  async patch(
    collection: Collection,
    namespace: string,
    batch: { readonly patches: readonly RecordPatch[]; readonly fields: readonly Field[] },
  ): Promise<WriteOutcome & { readonly ids: ReadonlySet<string> }> {
    const { patches } = batch;
    this.limits.requirePatches(patches);
    const outcome = await this.collections.run(collection, namespace, async (current) => {
      const dimension = requireDimension(
        current,
        patches.map(({ embedding }) => embedding),
      );
      // a collection whose dimension is unknown has no record
      if (patches.length === 0 || (dimension !== undefined && current.dimension === null)) return { lsn: null, ids: [] };
      const hasNewFields = hasUnknownFields(current, batch.fields);
      if (hasNewFields) this.collections.forget(current);
      const patched = await this.patchInRounds(current, namespace, roundsOf(patches), hasNewFields);
      if (patched !== 'stale') this.maintenance.note(current, patched.ids.length);
      return patched;
    });
    return { lsn: outcome.lsn, ids: new Set(outcome.ids) };
  }

  /** One statement where every id occurs once, as nearly always; else one for each round, in a transaction. */
  private async patchInRounds(
    collection: Collection,
    namespace: string,
    [first = [], ...others]: readonly (readonly RecordPatch[])[],
    hasNewFields: boolean,
  ): Promise<(WriteOutcome & { readonly ids: readonly string[] }) | 'stale'> {
    if (others.length === 0) return this.store.patch(this.database, collection, namespace, { patches: first, hasNewFields });
    return this.database.transaction(async (transaction) => {
      let outcome = await this.store.patch(transaction, collection, namespace, { patches: first, hasNewFields });
      const { ids } = outcome === 'stale' ? { ids: [] } : outcome;
      for (const patches of others) {
        if (outcome === 'stale') return 'stale';
        outcome = await this.store.patch(transaction, collection, namespace, { patches, hasNewFields });
      }
      return outcome === 'stale' ? 'stale' : { lsn: outcome.lsn, ids };
    });
  }

  /** Merges a patch (RFC 7396) into the metadata of every selected record. `text` is a JSON object's. */
  async patchSelected(
    collection: Collection,
    namespace: string,
    selection: Selection,
    patch: { readonly text: string; readonly fields: readonly Field[] },
  ): Promise<SelectionPatched> {
    this.limits.requirePatch(selection, { metadata: patch.text, document: null });
    return this.collections.run(collection, namespace, async (current) => {
      const hasNewFields = hasUnknownFields(current, patch.fields);
      if (hasNewFields) this.collections.forget(current);
      const patched = await this.store.patchSelected(current, namespace, selection, { text: patch.text, hasNewFields });
      if (patched !== 'stale') this.maintenance.note(current, patched.ids.length);
      return patched;
    });
  }
}
