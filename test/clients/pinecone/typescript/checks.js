import { inspect, isDeepStrictEqual } from 'node:util';

/** Throws unless both are the same, names in whatever order. */
export function same(what, actual, expected) {
  if (!isDeepStrictEqual(actual, expected))
    throw new Error(`${what}: ${inspect(actual, { depth: 6 })} is not ${inspect(expected, { depth: 6 })}`);
}

export function holds(what, condition) {
  if (!condition) throw new Error(what);
}

/** Throws unless the call is refused with an error of that name whose message holds the text. */
export async function refused(call, name, text) {
  let error;
  try {
    await call();
  } catch (thrown) {
    error = thrown;
  }
  holds('the call is not refused', error !== undefined);
  same('the error', error.name, name);
  holds(`the message lacks "${text}": ${error.message}`, error.message.includes(text));
}

/** Both within a float32's precision. */
export function close(what, actual, expected) {
  holds(`${what}: ${String(actual)} is not about ${String(expected)}`, Math.abs(actual - expected) < 1e-5);
}
