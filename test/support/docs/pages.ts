import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced block of a page. */
export interface Block {
  /** For people: the page and the line that it begins on. */
  readonly place: string;
  /** The heading above it. */
  readonly section: string;
  readonly language: string;
  readonly code: string;
  /** Why no test runs it, when the page says so in the line above it. */
  readonly reason?: string;
}

/** Pages whose samples are promises. */
export const SAMPLE_PAGES = [
  'README.md',
  'docs/clients/chroma.md',
  'docs/clients/pinecone.md',
  'docs/clients/vectorizer.md',
  'docs/clients/frameworks.md',
] as const;

const FENCE = /^```(\w*)\n([^]*?)^```$/gm;
const MARK = /\n\*Not run by the tests: (.+)\.\*\n\n$/;

/** The text of a page, by its path in the repository. */
export function pageText(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../${path}`, import.meta.url)), 'utf8');
}

/** Every fenced block of a page, in reading order. */
export function blocksOf(path: string): readonly Block[] {
  const text = pageText(path);
  return [...text.matchAll(FENCE)].map(({ index, 1: language = '', 2: code = '' }) => {
    const before = text.slice(0, index);
    const reason = MARK.exec(before)?.[1];
    return {
      place: `${path}:${String(before.split('\n').length)}`,
      section: [...before.matchAll(/^#+ (.+)$/gm)].at(-1)?.[1] ?? '',
      language,
      code,
      ...(reason !== undefined && { reason }),
    };
  });
}
