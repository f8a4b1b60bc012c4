import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { messagesOf } from './express-messages.js';

describe('the classes of messages', () => {
  let server: Server;

  const listen = async (handler: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> => {
    server.on('request', handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  };

  afterEach(async () => {
    await new Promise((resolve) => server.close(resolve));
  });

  it('leave Express no prototype to change', async () => {
    const application = express();
    application.get('/', (_request, response) => response.json({}));
    server = createServer(messagesOf(application));
    const changed: boolean[] = [];
    const url = await listen((request, response) => {
      const before = [Object.getPrototypeOf(request), Object.getPrototypeOf(response)] as unknown[];
      (application as RequestListener)(request, response);
      const after = [Object.getPrototypeOf(request), Object.getPrototypeOf(response)] as unknown[];
      changed.push(before[0] !== after[0], before[1] !== after[1]);
    });
    await (await fetch(url)).text();
    expect(changed).toEqual([false, false]);
  });

  it('have all that Express adds, and what settings change of it', async () => {
    const application = express().disable('x-powered-by').disable('etag').set('query parser', 'simple');
    application.get('/:name', (request, response) => {
      response.status(201).json({ name: request.params.name, query: request.query, path: request.path, secure: request.secure });
    });
    server = createServer(messagesOf(application));
    const url = await listen(application as RequestListener);
    const response = await fetch(`${url}/a?b[c]=d`);
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ name: 'a', query: { 'b[c]': 'd' }, path: '/a', secure: false });
  });
});
