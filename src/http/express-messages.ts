import { IncomingMessage, type ServerOptions, ServerResponse } from 'node:http';
import type { Express } from 'express';

/** The classes of what an HTTP server makes of a request. */
export type HttpMessages = Pick<ServerOptions, 'IncomingMessage' | 'ServerResponse'>;

/**
 * Classes whose instances are Express' requests and responses from the start. Of Node's own ones it would change the prototype on
 * their way in, which makes them slow objects for the rest of their lives: most of what a small request costs in Express.
 */
export function messagesOf(application: Express): HttpMessages {
  class ExpressRequest extends IncomingMessage {}
  class ExpressResponse<T extends IncomingMessage> extends ServerResponse<T> {}
  Object.setPrototypeOf(ExpressRequest.prototype, application.request);
  Object.setPrototypeOf(ExpressResponse.prototype, application.response);
  // setting the prototype that an object has already changes nothing
  Object.assign(application, { request: ExpressRequest.prototype, response: ExpressResponse.prototype });
  return { IncomingMessage: ExpressRequest, ServerResponse: ExpressResponse };
}
