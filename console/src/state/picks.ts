const STORED = 'polyvec.pick.';
/** So many ids lie in the URL, where they are part of a link; more would be refused by servers in between. */
const IN_URL = 100;
const IN_URL_CHARACTERS = 4_000;

const kept = new Map<string, readonly string[]>();

/**
 * The parameters of the Records screen that name these ids. Many of them are kept by this tab, and the URL has the name
 * of the list alone: it is good for this tab, reloaded or not, and for no other.
 */
export function pickParameters(ids: readonly string[]): Readonly<Record<'ids' | 'pick', string | null>> {
  const text = JSON.stringify(ids);
  if (ids.length <= IN_URL && encodeURIComponent(text).length <= IN_URL_CHARACTERS) return { ids: text, pick: null };
  const name = `${String(Date.now())}-${String(ids.length)}`;
  kept.set(name, ids);
  try {
    forgetStored();
    sessionStorage.setItem(STORED + name, text);
  } catch {
    // beyond what the browser stores it lasts until the tab is loaded again
  }
  return { ids: null, pick: name };
}

/** A list that this tab has kept; empty when it is another tab's. */
export function pickedIds(name: string): readonly string[] {
  const known = kept.get(name);
  if (known !== undefined) return known;
  const ids = idList(sessionStorage.getItem(STORED + name)) ?? [];
  kept.set(name, ids);
  return ids;
}

/** A list of ids as the URL has it; null when it is none. */
export function idList(text: string | null): readonly string[] | null {
  if (text === null) return null;
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.map(String) : null;
  } catch {
    return null;
  }
}

/** One stored list at a time: there is room for few. */
function forgetStored(): void {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(STORED)) sessionStorage.removeItem(name);
}
