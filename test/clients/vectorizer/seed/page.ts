import { readFileSync } from 'node:fs';

export interface Sample {
  /** What the page says of it: `bash`, `python` or `typescript`. */
  readonly language: string;
  readonly code: string;
}

/** The page's samples, by the two headings above each: `Delete Single Vector: REST API`. */
export function readSamples(): ReadonlyMap<string, Sample> {
  const page = readFileSync(new URL('./deleting-vectors.md', import.meta.url), 'utf8');
  const samples = new Map<string, Sample>();
  let chapter = '';
  let section = '';
  for (const [, level, heading = '', language = '', code = ''] of page.matchAll(HEADING_OR_SAMPLE)) {
    if (level === '##') chapter = heading;
    else if (level === '###') section = heading;
    else samples.set(`${chapter}: ${section}`, { language, code });
  }
  return samples;
}

/** Between fences a line that begins with # is no heading. */
const HEADING_OR_SAMPLE = /^(##|###) (.+)$|^```(\w+)\n([^]*?)^```$/gm;
