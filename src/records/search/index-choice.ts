import type { FormRecall, IndexContent, IndexReason, RecallMeasurement, VectorIndex } from '../../collections/collection.js';
import type { EngineTraits } from '../../postgres/engine.js';
import { keeps } from './recall-curve.js';

/** What an index is to hold, and why. */
export interface IndexChoice {
  readonly content: IndexContent;
  readonly reason: IndexReason;
}

/** What a choice goes by. */
export interface ChoiceRequest {
  readonly dimension: number;
  /** `auto`: what was measured chooses. */
  readonly wanted: IndexContent | 'auto';
  /** The forms by what they cost on the engine. */
  readonly byCost: readonly IndexContent[];
  /** What was measured; of a form that is not among them nothing is known. */
  readonly forms: readonly FormRecall[];
  /** The recall that searches are to keep. */
  readonly target: number;
  /** Whether an index fits into memory beside the others. */
  readonly fits: (content: IndexContent) => boolean;
}

/** What a grown index holds in the end, where it can: a search of it costs a fraction of one that compares 220 candidates of a graph of bits. */
export const WHOLE_VECTORS: IndexChoice = { content: 'full', reason: 'cheapest' };

/** Whether an index was chosen to be grown of whole vectors. */
export function isWhole({ content, reason }: Pick<VectorIndex, 'content' | 'reason'>): boolean {
  return content === WHOLE_VECTORS.content && reason === WHOLE_VECTORS.reason;
}

/** Whether it holds bits as these are put into a graph soonest. */
export function isOfBits({ content, reason }: Pick<VectorIndex, 'content' | 'reason'>): boolean {
  return content === 'binary' && reason === 'cheapest';
}

/** The most components that pgvector's HNSW indexes hold. */
const MAX_DIMENSIONS: Readonly<Record<IndexContent, number>> = { full: 2_000, half: 4_000, binary: 64_000 };
/** On a server: the least time of a search first, in memory. */
const ON_A_SERVER: readonly IndexContent[] = ['half', 'full', 'binary'];
/** The embedded engine puts bits into a graph in a third of the time, and has no instructions for 16-bit numbers. */
const EMBEDDED: readonly IndexContent[] = ['binary', 'full', 'half'];
const BY_SIZE: readonly IndexContent[] = ['binary', 'half', 'full'];
const PAGE_BYTES = 8_160;
/** Of a vector, and of its list of neighbours, without their contents, with the pointers to both. */
const ENTRY_BYTES = 92;
const NEIGHBOUR_BYTES = 6;

/** What indexes can hold, the cheapest on the engine first. */
export function formsByCost({ concurrentIndexes }: Pick<EngineTraits, 'concurrentIndexes'>): readonly IndexContent[] {
  return concurrentIndexes ? ON_A_SERVER : EMBEDDED;
}

/** The forms whose recall decides: the others are taken without a doubt, or never. */
export function formsInQuestion(dimension: number, byCost: readonly IndexContent[], isShort: boolean): readonly IndexContent[] {
  const possible = byCost.filter((content) => canHold(content, dimension));
  const lossless = possible.indexOf('full');
  return lossless < 0 || isShort ? possible.filter((content) => content !== 'full') : possible.slice(0, lossless);
}

/**
 * The form with the cheapest searches that keeps the recall and fits into memory, or else the smallest that keeps it. A form keeps it
 * when it loses at most half of what may be missed, as the graph misses, too. When none does, the largest is taken.
 */
export function chooseIndex({ dimension, wanted, byCost, forms, target, fits }: ChoiceRequest): IndexChoice {
  const possible = byCost.filter((content) => canHold(content, dimension));
  if (wanted !== 'auto' && possible.includes(wanted)) return { content: wanted, reason: 'setting' };
  const largest = [...BY_SIZE].reverse().find((content) => possible.includes(content)) ?? 'binary';
  const keeping = possible.filter((content) => content === 'full' || isKeptBy(content, forms, (1 + target) / 2));
  const fitting = keeping.find(fits);
  const smallest = BY_SIZE.find((content) => keeping.includes(content));
  const content = fitting ?? smallest ?? largest;
  if (content === largest && content !== 'full') return { content, reason: 'dimension' };
  if (content === possible[0]) return { content, reason: 'cheapest' };
  const isForRoom = keeping.some((other) => possible.indexOf(other) < possible.indexOf(content));
  return { content, reason: isForRoom ? 'memory' : 'recall' };
}

/**
 * Whether an index has turned out to lose too much: compared as it holds them, or in its graph, the nearest vectors are not found as
 * often as they are to be. Whole vectors lose nothing.
 */
export function losesTooMuch(content: IndexContent, measured: RecallMeasurement, target: number): boolean {
  const isKnown = measured.forms.some((form) => form.content === content);
  return content !== 'full' && isKnown && !isKeptBy(content, measured.forms, target);
}

/** Of each form that was measured, what it would find with the most candidates, or has found in its graph. */
export function bestForms({ forms }: RecallMeasurement): readonly FormRecall[] {
  const best = new Map(forms.map((form) => [`${form.content} ${String(form.inGraph)}`, form]));
  return [...best.values()];
}

/** About how many bytes an index has: the server keeps vectors and their neighbours whole on pages of 8 KiB. */
export function indexBytes(content: IndexContent, dimension: number, rows: number, m: number): number {
  const bits = { full: 32, half: 16, binary: 1 }[content] * dimension;
  const entry = ENTRY_BYTES + Math.ceil(bits / 8) + 2 * m * NEIGHBOUR_BYTES;
  const pages = entry > PAGE_BYTES ? Math.ceil(entry / PAGE_BYTES) : 1 / Math.floor(PAGE_BYTES / entry);
  return rows * pages * 8_192;
}

/** Whether an index of this form takes vectors of so many components. */
export function canHold(content: IndexContent, dimension: number): boolean {
  return dimension <= MAX_DIMENSIONS[content];
}

/**
 * By what all measurements of the form say: that of comparisons, and that of a graph, once there was one. The graph of 16-bit numbers that
 * lose nothing is that of whole vectors: what it misses, the other would miss, too.
 */
function isKeptBy(content: IndexContent, forms: readonly FormRecall[], target: number): boolean {
  const own = forms.filter((form) => form.content === content);
  const [compared, inGraph] = [own.filter((form) => !form.inGraph), own.filter((form) => form.inGraph)];
  const isLossless = content === 'half' && compared.some(({ recall }) => recall === 1);
  const ways = isLossless ? [compared] : [compared, inGraph];
  return own.length > 0 && ways.every((points) => points.length === 0 || points.some((point) => keeps(point, target)));
}
