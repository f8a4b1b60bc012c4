import { Agent, type IncomingMessage, request as open } from 'node:http';

/** A request as it goes over the wire; nothing is added to its headers but host and length. */
export interface WireRequest {
  readonly method: string;
  /** Path and query. `{{name}}` stands for the id that the server itself gave to that collection. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** What of an answer is compared. */
export interface WireAnswer {
  /** 0 when the server closed the connection without answering. */
  readonly status: number;
  /** The media type without its parameters, or nothing. */
  readonly contentType: string | null;
  /** The methods of the `Allow` header, sorted. */
  readonly allow: string | null;
  /** Whether it carries a `chroma-trace-id` of 32 hexadecimal digits. */
  readonly traced: boolean;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const JSON_TYPE = { 'content-type': 'application/json' };

export function get(path: string): WireRequest {
  return { method: 'GET', path };
}

/** A POST with a JSON body: text goes out as it is, so that `1.0` can be told from `1`. */
export function post(path: string, body: string | object): WireRequest {
  return withBody('POST', path, body);
}

export function withBody(method: string, path: string, body: string | object): WireRequest {
  return { method, path, headers: JSON_TYPE, body: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** Sends one request and reads the whole answer; a broken connection is an answer too. */
export function send(baseUrl: string, request: WireRequest): Promise<WireAnswer> {
  return new Promise((resolve) => {
    const body = request.body === undefined ? undefined : Buffer.from(request.body);
    const headers = { ...request.headers, ...(body === undefined ? {} : { 'content-length': String(body.length) }) };
    const url = new URL(baseUrl);
    let answered = false;
    const client = open(
      { host: url.hostname, port: url.port, method: request.method, path: request.path, headers, agent },
      (response) => {
        answered = true;
        void read(response).then(resolve);
      },
    );
    client.on('error', (error) => {
      // a server that refuses a large body may answer and close while the body is still on its way
      if (!answered) resolve({ status: 0, contentType: null, allow: null, traced: false, text: error.message });
    });
    client.end(body);
  });
}

/** Closes the connections kept open, so that a test run can end. */
export function closeConnections(): void {
  agent.destroy();
}

async function read(response: IncomingMessage): Promise<WireAnswer> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of response) chunks.push(chunk as Buffer);
  } catch {
    chunks.push(Buffer.from('… (the connection broke)'));
  }
  const trace = response.headers['chroma-trace-id'];
  return {
    status: response.statusCode ?? 0,
    contentType: response.headers['content-type']?.split(';')[0] ?? null,
    allow: sortedMethods(response.headers.allow),
    traced: typeof trace === 'string' && /^[0-9a-f]{32}$/.test(trace),
    text: Buffer.concat(chunks).toString(),
  };
}

function sortedMethods(allow: string | undefined): string | null {
  if (allow === undefined) return null;
  return allow
    .split(',')
    .map((method) => method.trim())
    .sort()
    .join(',');
}
