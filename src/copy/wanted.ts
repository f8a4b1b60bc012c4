import type { Config } from '../config/config.js';
import { EmbeddingService } from '../embedding/embedding.service.js';
import type { Source } from './copy.js';
import { EmbeddedTexts } from './sources/embedded-texts.js';
import { Portions } from './sources/portions.js';
import { type Selected, Selection } from './sources/selection.js';

/** What is wanted of a source. */
export interface Wanted {
  /** Absent: all records. */
  readonly selected: Selected | undefined;
  /** The most bytes of a batch; absent: as the source reads them. */
  readonly batchBytes: number | undefined;
  /** The model that makes the vectors that are missing; absent: such records are rejected. */
  readonly embed: string | undefined;
}

/** The source as it is wanted. A copy that goes on may be given other batches than when it began. */
export function wantedFrom(source: Source, { selected, batchBytes, embed }: Wanted, config: Config): Source {
  const embedded = embed === undefined ? source : new EmbeddedTexts(source, new EmbeddingService(config), embed);
  const chosen = selected === undefined ? embedded : new Selection(embedded, selected);
  return new Portions(chosen, batchBytes ?? Infinity);
}
