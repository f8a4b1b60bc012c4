/** UTC, with an offset. */
export function rfc3339(date: Date): string {
  return date.toISOString().replace('Z', '+00:00');
}
