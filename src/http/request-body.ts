import type { NextFunction, Request, Response } from 'express';
import { GatewayError } from '../errors.js';

/** A request's body as it came. */
export interface RequestBody {
  readonly bytes: Buffer;
  /** Lower case, without parameters; undefined when the client named none. */
  readonly mediaType: string | undefined;
}

/** How long a client may go on sending a body that was refused, so that it gets to read why. */
const LINGER_MS = 5_000;

/**
 * Middleware that reads the body into `request.body`, a `RequestBody`. One that is announced longer than `limitBytes` is
 * refused before a byte of it is read; one that turns out longer, as soon as it does.
 */
export function bodyReader(limitBytes: number): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    readBytes(request, limitBytes).then(
      (bytes) => {
        request.body = { bytes, mediaType: mediaTypeOf(request) } satisfies RequestBody;
        next();
      },
      (error: unknown) => {
        response.setHeader('polyvec-limit', String(limitBytes));
        response.setHeader('connection', 'close');
        // the rest is read and dropped: closing at once would reset the connection before the client reads the answer
        request.resume();
        const timer = setTimeout(() => request.destroy(), LINGER_MS);
        request.on('close', () => {
          clearTimeout(timer);
        });
        next(error);
      },
    );
  };
}

async function readBytes(request: Request, limitBytes: number): Promise<Buffer> {
  // made when it is needed: an error costs a look at the stack
  const tooLarge = (): GatewayError => new GatewayError({ kind: 'too_large', subject: 'body', limitBytes });
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limitBytes) {
        request.removeAllListeners('data');
        reject(tooLarge());
      } else {
        chunks.push(chunk);
      }
    });
    request.on('end', () => {
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks, size));
    });
    request.on('error', reject);
  });
}

function mediaTypeOf(request: Request): string | undefined {
  return request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
}
