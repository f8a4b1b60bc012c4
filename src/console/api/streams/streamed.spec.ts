import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Response } from 'express';
import { Lifecycle } from '../../../lifecycle/lifecycle.js';
import { Streamed } from './streamed.js';

let server: Server;

beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The response to a request whose client can leave. */
async function asked(): Promise<{ readonly response: Response; readonly leave: () => void }> {
  const client = request({ port: (server.address() as AddressInfo).port });
  client.on('error', () => undefined);
  client.end();
  const [, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
  return { response: response as Response, leave: () => client.destroy() };
}

it('has ended for a viewer who left before it began, and waits for nothing', async () => {
  const { response, leave } = await asked();
  leave();
  await once(response, 'close');
  const streamed = new Streamed(response, new Lifecycle());
  await streamed.bytes(Buffer.alloc(1_000_000));
  expect(streamed.ended.aborted).toBe(true);
});

it('takes no line once it is finished', async () => {
  const { response } = await asked();
  const errors: unknown[] = [];
  response.on('error', (error) => errors.push(error));
  const streamed = new Streamed(response, new Lifecycle());
  streamed.line({ first: 1 });
  streamed.finish();
  streamed.line({ late: 1 });
  await once(response, 'close');
  expect(errors).toEqual([]);
});

it('ends what listens to it when it is finished', async () => {
  const { response } = await asked();
  const streamed = new Streamed(response, new Lifecycle());
  streamed.finish();
  expect(streamed.ended.aborted).toBe(true);
});
