/** Runs a benchmark until it ends or is interrupted: then its servers end, whatever is going on fails, and cleans up behind itself. */
export async function run(main: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      interruption.abort();
    });
  }
  try {
    await main(interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = 130;
  }
}
