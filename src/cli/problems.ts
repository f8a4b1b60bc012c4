import { ConfigError } from '../config/config.js';

/** Prints what went wrong, in a line for each problem. */
export function tellProblems(error: unknown): void {
  for (const problem of problemsOf(error)) process.stderr.write(`polyvec: ${problem}\n`);
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  // a connection that fails for several addresses has an aggregate without words, too
  return error instanceof AggregateError && error.message !== '' ? error.errors.map(messageOf) : [messageOf(error)];
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
