/** What a probe says: status and body. */
export type ProbeAnswer = readonly [status: number, body: unknown];

/** @throws Error when there is no answer in time */
export async function probe(consoleUrl: string, path: string, limitMs = 10_000): Promise<ProbeAnswer> {
  const answer = await fetch(`${consoleUrl}${path}`, { signal: AbortSignal.timeout(limitMs) });
  return [answer.status, await answer.json()];
}

/** The answer once it has this status, or what it is after twenty seconds. No answer at all is not one yet. */
export async function probed(consoleUrl: string, path: string, status: number): Promise<ProbeAnswer | undefined> {
  let last: ProbeAnswer | undefined;
  for (const deadline = performance.now() + 20_000; performance.now() < deadline;) {
    last = await probe(consoleUrl, path).catch(() => undefined);
    if (last?.[0] === status) return last;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return last;
}
