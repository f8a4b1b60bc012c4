export function translateRegex(pattern: string): { kind: 'pattern'; pattern: string } | { kind: 'error'; message: string } { return { kind: 'pattern', pattern }; }
