import { Injectable } from '@nestjs/common';
import type { Collection, Field } from '../collections/collection.js';
import { CollectionsService } from '../collections/collections.service.js';
import { requireDimension } from './dimension.js';
import { composePatches } from './patch.js';
import type { RecordPatch, Selection, SelectionPatched, WriteOutcome } from './record.js';
import { RecordPatchStore } from './record-patch.store.js';
import { hasUnknownFields } from './unknown-fields.js';
import { Upkeep } from './upkeep.js';

/** Changes of parts of records that exist. */
@Injectable()
export class RecordPatchesService {
  constructor(
    private readonly collections: CollectionsService,
    private readonly store: RecordPatchStore,
    private readonly upkeep: Upkeep,
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
    const patches = composePatches(batch.patches);
    const outcome = await this.collections.current(collection, async (current) => {
      const dimension = requireDimension(
        current,
        patches.map(({ embedding }) => embedding),
      );
      // a collection whose dimension is unknown has no record
      if (patches.length === 0 || (dimension !== undefined && current.dimension === null)) return { lsn: null, ids: [] };
      const hasNewFields = hasUnknownFields(current, batch.fields);
      if (hasNewFields) this.collections.forget(current);
      return this.store.patch(current, namespace, { patches, hasNewFields });
    });
    this.upkeep.note(collection, outcome.ids.length);
    return { lsn: outcome.lsn, ids: new Set(outcome.ids) };
  }

  /** Merges a patch (RFC 7396) into the metadata of every selected record. `text` is a JSON object's. */
  async patchSelected(
    collection: Collection,
    namespace: string,
    selection: Selection,
    patch: { readonly text: string; readonly fields: readonly Field[] },
  ): Promise<SelectionPatched> {
    const outcome = await this.collections.current(collection, async (current) => {
      const hasNewFields = hasUnknownFields(current, patch.fields);
      if (hasNewFields) this.collections.forget(current);
      return this.store.patchSelected(current, namespace, selection, { text: patch.text, hasNewFields });
    });
    this.upkeep.note(collection, outcome.ids.length);
    return outcome;
  }
}
