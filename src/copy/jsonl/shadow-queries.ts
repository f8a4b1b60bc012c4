import { isJsonObject, stringifyJson } from '../../http/json.js';
import type { ShadowQuery } from '../copy.js';
import { fieldsFor } from './field-map.js';
import { BadLine, objectOf, recordOfObject } from './record-line.js';

/** As Pinecone and Chroma call it. */
const FILTERS = ['filter', 'where'];

/** Searches of a file, a JSON object in each line: `embedding`, and perhaps `namespace` and `filter`. @throws Error with the line's number */
export function shadowQueries(text: string, file: string): readonly ShadowQuery[] {
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    const label = `line ${String(index + 1)}`;
    try {
      const object = objectOf(line);
      const { embedding, namespace = '' } = recordOfObject(
        new Map([...object].filter(([key]) => !FILTERS.includes(key))).set('id', label),
        fieldsFor(object, new Map()),
      );
      const filter = FILTERS.map((key) => object.get(key)).find((each) => each !== undefined);
      if (embedding === null) throw new BadLine('it has no embedding');
      return [{ label, namespace, embedding, filter: isJsonObject(filter) ? stringifyJson(filter) : null }];
    } catch (error) {
      if (error instanceof BadLine) throw new Error(`${file}, ${label}: ${error.message}`, { cause: error });
      throw error;
    }
  });
}
