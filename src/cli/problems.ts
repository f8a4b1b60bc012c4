import { ConfigError } from '../config/config.js';

/** Prints what went wrong, in a line for each problem. */
export function tellProblems(error: unknown): void {
  const problems = error instanceof ConfigError ? error.problems : [messageOf(error)];
  for (const problem of problems) process.stderr.write(`polyvec: ${problem}\n`);
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
