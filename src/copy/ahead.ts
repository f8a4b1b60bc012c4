/** The same items, so many of which are asked for before they are needed. */
export async function* ahead<T>(items: AsyncIterable<T>, count: number): AsyncIterable<T> {
  const iterator = items[Symbol.asyncIterator]();
  const asked: Promise<IteratorResult<T>>[] = [];
  const ask = (): void => {
    const next = iterator.next();
    // whoever takes it gets the error; nobody may
    next.catch(() => undefined);
    asked.push(next);
  };
  try {
    while (asked.length < count) ask();
    for (;;) {
      ask();
      const result = await asked.shift();
      if (result === undefined || result.done === true) return;
      yield result.value;
    }
  } finally {
    await Promise.allSettled(asked);
    await iterator.return?.();
  }
}
