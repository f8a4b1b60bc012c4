import type { Field } from '../../../collections/collection.js';
import { FieldCollector } from '../../../collections/field-collector.js';
import { readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { OBJECT_VALUES } from '../../../http/value-memory.js';
import { type Sliced } from '../../../slices.js';
import { unprocessable } from '../chroma-error.js';
import { type Metadata, type NullValues, readMetadata } from './metadata.js';
import { unexpected } from './serde.js';

/** The `metadatas` of a write: one per record, or null for none; and the fields that occur in them. */
export interface SentMetadata {
  readonly items: readonly (Metadata | null)[];
  readonly fields: readonly Field[];
}

/** Reads the `metadatas` of a write; null when there are none. */
export function readMetadataList(nulls: NullValues): (reader: JsonReader) => Sliced<SentMetadata | null> {
  return function* (reader) {
    if (reader.kind() === 'null') {
      reader.readNull();
      return null;
    }
    if (reader.kind() !== 'array') {
      throw unprocessable('metadatas', `invalid type: ${unexpected(readJson(reader))}, expected a sequence`);
    }
    const collector = new FieldCollector();
    const items: (Metadata | null)[] = [];
    yield* readItems(reader, (index) => {
      reader.count(OBJECT_VALUES);
      if (reader.kind() === 'null') {
        reader.readNull();
        items.push(null);
      } else {
        items.push(readMetadata(reader, `metadatas[${String(index)}]`, nulls, collector));
      }
    });
    return { items, fields: collector.fields };
  };
}
