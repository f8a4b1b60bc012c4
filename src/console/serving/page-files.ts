import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of the built page, in the form that is sent. */
export interface PageFile {
  readonly type: string;
  readonly encoding: Encoding | undefined;
  readonly bytes: Buffer;
}

type Encoding = 'br' | 'gzip';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
};
/** The best first. */
const ENCODINGS: readonly (readonly [encoding: Encoding, suffix: string])[] = [
  ['br', '.br'],
  ['gzip', '.gz'],
];

/** The files of the built page, all of them in memory: they are few, small, and do not change while the gateway runs. */
export class PageFiles {
  private readonly files: ReadonlyMap<string, Buffer>;

  /** A directory that does not exist has no files. */
  constructor(directory: string) {
    const entries = existsSync(directory) ? readdirSync(directory, { recursive: true, withFileTypes: true }) : [];
    this.files = new Map(
      entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .map((path): [string, Buffer] => [
          path.slice(directory.length).replaceAll('\\', '/').replace(/^\/+/, ''),
          readFileSync(path),
        ]),
    );
  }

  /** The file of that path, as a client gets it that accepts these encodings; undefined for none, and for what is no part of a page. */
  find(path: string, acceptEncoding: string | undefined): PageFile | undefined {
    const type = TYPES[extname(path)];
    const plain = this.files.get(path);
    if (type === undefined || plain === undefined) return undefined;
    for (const [encoding, suffix] of ENCODINGS) {
      const bytes = this.files.get(`${path}${suffix}`);
      if (bytes !== undefined && accepts(acceptEncoding, encoding)) return { type, encoding, bytes };
    }
    return { type, encoding: undefined, bytes: plain };
  }
}

/** Whether the header names the encoding, and not with a weight of zero. */
function accepts(header: string | undefined, encoding: Encoding): boolean {
  return (header ?? '').split(',').some((part) => {
    const [name = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    return name === encoding && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
