import type { CodePointSet } from './code-point-set.js';

interface Correction {
  readonly add: CodePointSet;
  readonly remove: CodePointSet;
}

export const CORRECTIONS: Readonly<Record<string, Correction>> = {};
