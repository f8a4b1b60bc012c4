/** The rest of a path as an id: the framework gives its parts, decoded; a slash between them belongs to the id. */
export function idOf(parts: string | readonly string[]): string {
  return typeof parts === 'string' ? parts : parts.join('/');
}
