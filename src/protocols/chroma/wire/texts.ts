import { readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { type Sliced } from '../../../slices.js';
import { unprocessable } from '../chroma-error.js';
import { unexpected } from './serde.js';

/** Reads a list of texts and nulls, such as `documents`; null when there is none. */
export function readTexts(field: string): (reader: JsonReader) => Sliced<readonly (string | null)[] | null> {
  return function* (reader) {
    if (reader.kind() === 'null') {
      reader.readNull();
      return null;
    }
    if (reader.kind() !== 'array') {
      throw unprocessable(field, `invalid type: ${unexpected(readJson(reader))}, expected a sequence`);
    }
    const texts: (string | null)[] = [];
    yield* readItems(reader, (index) => {
      const value = readJson(reader);
      if (value !== null && typeof value !== 'string') {
        throw unprocessable(`${field}[${String(index)}]`, `invalid type: ${unexpected(value)}, expected a string`);
      }
      texts.push(value);
    });
    return texts;
  };
}
