import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, connect as http2Connect, type IncomingHttpHeaders } from 'node:http2';
import { readConfig } from '../../src/config/config.js';
import { type Gateway, startGateway } from '../../src/gateway.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { exitCode, FREE_PORTS, polyvec, urlOf, waitFor } from '../support/gateway/polyvec-command.js';
import { probed } from '../support/gateway/probes.js';

const STOPPING = [503, { status: 'unavailable', reason: 'stopping' }];

interface Answer {
  readonly status: number | undefined;
  readonly connection: string | undefined;
  readonly keepAlive: unknown;
}

/** What comes back on a connection that would be kept. */
async function answerTo(request: ClientRequest): Promise<Answer> {
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return { status: response.statusCode, connection: response.headers.connection, keepAlive: response.headers['keep-alive'] };
}

/** A request to create a collection, without the end of its body. */
function begin(chromaUrl: string, agent: Agent): { readonly request: ClientRequest; readonly end: () => void } {
  const body = JSON.stringify({ name: 'half-sent' });
  const headers = { 'content-type': 'application/json', 'content-length': body.length };
  const request = httpRequest(`${chromaUrl}${COLLECTIONS}`, { method: 'POST', agent, headers });
  request.write(body.slice(0, 5));
  return {
    request,
    end: () => {
      request.end(body.slice(5));
    },
  };
}

/** Resolves when the port takes no connections any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const request = httpRequest(url, { agent: false });
    request.end();
    try {
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      response.resume();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') return;
    }
    await new Promise((wake) => setTimeout(wake, 10));
  }
}

/** A connection whose end is no surprise. */
function dial(url: string): ClientHttp2Session {
  return http2Connect(url).on('error', () => undefined);
}

/** An empty message to a method of Pinecone's: the call's status. */
async function call(session: ClientHttp2Session, method: string): Promise<unknown> {
  const stream = session.request({
    ':method': 'POST',
    ':path': `/VectorService/${method}`,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  let trailers: IncomingHttpHeaders = {};
  stream.on('response', (headers) => {
    trailers = headers;
  });
  stream.on('trailers', (headers: IncomingHttpHeaders) => {
    trailers = headers;
  });
  stream.resume();
  stream.end(Buffer.alloc(5));
  await once(stream, 'close');
  return trailers['grpc-status'];
}

describe('a gateway that is stopped', () => {
  let storage: TestStorage;
  let agent: Agent;

  beforeEach(async () => {
    storage = await createStorage();
    agent = new Agent({ keepAlive: true });
  });

  afterEach(async () => {
    agent.destroy();
    await storage.remove();
  });

  const start = async (env: Readonly<Record<string, string>> = {}): Promise<Gateway> =>
    startGateway(readConfig({ ...FREE_PORTS, POLYVEC_LOG_LEVEL: 'error', ...storage.environment, ...env }));

  const urlIn = (gateway: Gateway, name: string): string => gateway.urls.get(name) ?? '';

  it('serves while it says that it is not ready, asks for other connections, and ends with 0', async () => {
    const run = polyvec(['start'], { ...FREE_PORTS, ...storage.environment, POLYVEC_DRAIN_DELAY_MS: '3000' });
    await waitFor(run, 'Listening');
    const heartbeat = `${urlOf(run, 'chroma')}/api/v2/heartbeat`;
    const get = async (): Promise<Answer> => answerTo(httpRequest(heartbeat, { agent }).end());
    expect(await get()).toEqual({ status: 200, connection: 'keep-alive', keepAlive: 'timeout=65' });
    run.child.kill('SIGTERM');
    expect(await probed(urlOf(run, 'console'), '/readyz', 503)).toEqual(STOPPING);
    expect(await get()).toEqual({ status: 200, connection: 'close', keepAlive: undefined });
    expect((await fetch(`${urlOf(run, 'console')}/livez`)).status).toBe(200);
    expect(await exitCode(run)).toBe(0);
  });

  it('ends at once with 1 on a second signal', async () => {
    const run = polyvec(['start'], { ...FREE_PORTS, ...storage.environment, POLYVEC_DRAIN_DELAY_MS: '600000' });
    await waitFor(run, 'Listening');
    run.child.kill('SIGTERM');
    expect(await probed(urlOf(run, 'console'), '/readyz', 503)).toEqual(STOPPING);
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(1);
  });

  it('cuts off what does not finish in time, says so and ends with 1', async () => {
    const run = polyvec(['start'], { ...FREE_PORTS, ...storage.environment, POLYVEC_SHUTDOWN_TIMEOUT_MS: '300' });
    await waitFor(run, 'Listening');
    const { request } = begin(urlOf(run, 'chroma'), agent);
    await once(request, 'socket');
    const cut = expect(once(request, 'response')).rejects.toThrow('socket hang up');
    // by the second request's answer the first one has been seen
    await answerTo(httpRequest(`${urlOf(run, 'chroma')}/api/v2/heartbeat`, { agent }).end());
    run.child.kill('SIGTERM');
    await cut;
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toContain('polyvec: requests took too long, and were cut off on 1 connections');
  });

  it('finishes what is open after it has closed its ports', async () => {
    const gateway = await start();
    const { request, end } = begin(urlIn(gateway, 'chroma'), agent);
    const answer = answerTo(request);
    await answerTo(httpRequest(`${urlIn(gateway, 'chroma')}/api/v2/heartbeat`, { agent }).end());
    const stopped = gateway.stop();
    await refused(urlIn(gateway, 'console'));
    end();
    expect(await answer).toEqual({ status: 200, connection: 'close', keepAlive: undefined });
    expect(await stopped).toBe(0);
  });

  it('lets go of a gRPC connection with the call that comes next, and serves new ones', async () => {
    const gateway = await start({ POLYVEC_DRAIN_DELAY_MS: '3000' });
    const url = `http://127.0.0.1:${String(gateway.indexPorts[0])}`;
    const [used, idle] = [dial(url), dial(url)];
    const told = [used, idle].map((session) => once(session, 'goaway'));
    // there is no index yet: NOT_FOUND is an answer, too
    expect(await Promise.all([call(used, 'DescribeIndexStats'), call(idle, 'DescribeIndexStats')])).toEqual(['5', '5']);
    const stopped = gateway.stop();
    expect(await probed(urlIn(gateway, 'console'), '/readyz', 503)).toEqual(STOPPING);
    expect(await call(used, 'DescribeIndexStats')).toBe('5');
    expect((await told[0])?.[0]).toBe(0);
    expect(idle.closed).toBe(false);
    const late = dial(url);
    expect(await call(late, 'DescribeIndexStats')).toBe('5');
    expect((await told[1])?.[0]).toBe(0);
    await Promise.all([used, idle, late].map(async (session) => session.destroyed || once(session, 'close')));
    expect(await stopped).toBe(0);
  });
});
