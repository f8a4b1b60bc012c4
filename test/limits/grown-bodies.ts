/** A list of that item, as long as a body of so many bytes may be. */
export function many(item: unknown, bytes: number): readonly unknown[] {
  return new Array<unknown>(Math.ceil(bytes / (JSON.stringify(item).length + 1))).fill(item);
}

/** The body with a value in the place of one of its members, for each of them; lists are made long, and all else is made a long filter. */
export function grownBodies(body: Buffer, bytes: number): readonly (readonly [member: string, grow: () => string])[] {
  const members = Object.entries(memberObject(body));
  return members.map(([key, value]) => [
    key,
    () => {
      const long = Array.isArray(value) && value.length > 0 ? many(value[0], bytes) : { $or: many({}, bytes) };
      return JSON.stringify({ ...Object.fromEntries(members), [key]: long });
    },
  ]);
}

/** The members of a JSON object, or of the first of its lines. */
export function memberObject(body: Buffer): object {
  return JSON.parse(body.toString().split('\n')[0] ?? '') as object;
}
