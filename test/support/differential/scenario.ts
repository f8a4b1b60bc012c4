import type { Pair } from './pair.js';

/** One row or section of the protocol's description, as requests that both servers must answer alike. */
export interface Scenario {
  readonly name: string;
  readonly run: (pair: Pair) => Promise<void>;
}

export function scenario(name: string, run: (pair: Pair) => Promise<void>): Scenario {
  return { name, run };
}
