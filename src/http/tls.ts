import { readFile } from 'node:fs/promises';
import { createSecureContext, createServer, type Server, type TLSSocket } from 'node:tls';

/** A certificate, with the chain that vouches for it, and its private key: PEM texts. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/**
 * What turns a connection (`emit('connection', socket)`) into a decrypted one, for `secured`.
 * @param http2 whether a client that can speak nothing but HTTP/2 is welcome.
 * @throws Error when the certificate and the key cannot be used.
 */
export function createTlsServer(
  certificate: Certificate,
  http2: boolean,
  handshakeTimeoutMs: number,
  secured: (socket: TLSSocket) => void,
): Server {
  const server = createServer(
    {
      ...certificate,
      handshakeTimeout: handshakeTimeoutMs,
      // REST clients offer both and would send REST over HTTP/2; gRPC clients offer HTTP/2 alone
      ALPNCallback: ({ protocols }) => ['http/1.1', ...(http2 ? ['h2'] : [])].find((protocol) => protocols.includes(protocol)),
    },
    secured,
  );
  // a handshake that takes too long only gets as far as here
  return server.on('tlsClientError', (_error, socket) => {
    socket.destroy();
  });
}

/**
 * Reads the two files; `undefined` when neither is named.
 * @throws Error that says which setting to mend.
 */
export async function readCertificate(certPath?: string, keyPath?: string): Promise<Certificate | undefined> {
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined) throw new Error('POLYVEC_TLS_KEY needs POLYVEC_TLS_CERT beside it');
  if (keyPath === undefined) throw new Error('POLYVEC_TLS_CERT needs POLYVEC_TLS_KEY beside it');
  const cert = await readPem('POLYVEC_TLS_CERT', certPath);
  const key = await readPem('POLYVEC_TLS_KEY', keyPath);
  check('POLYVEC_TLS_CERT', certPath, 'holds no PEM certificate', { cert });
  check('POLYVEC_TLS_KEY', keyPath, 'holds no PEM private key without a passphrase', { key });
  check('POLYVEC_TLS_KEY', keyPath, `is not the key of the certificate in ${certPath}`, { cert, key });
  return { cert, key };
}

async function readPem(variable: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Error(`${variable}: cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

function check(variable: string, path: string, complaint: string, files: Partial<Certificate>): void {
  try {
    createSecureContext({ ...files });
  } catch (error) {
    throw new Error(`${variable}: ${path} ${complaint}: ${(error as Error).message}`, { cause: error });
  }
}
