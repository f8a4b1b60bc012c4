import type { RequestHandler } from 'express';
import { listenToSearches } from './records/search/search-report.js';

/**
 * A request with the header `x-polyvec-explain`, whatever its value and protocol, is answered with the plan of each of its searches
 * in `x-polyvec-plan`: one line each, in the format of `search-report.ts`.
 */
export const explainSearches: RequestHandler = (request, response, next) => {
  if (request.headers['x-polyvec-explain'] === undefined) {
    next();
    return;
  }
  listenToSearches((line) => {
    response.append('x-polyvec-plan', line);
  }, next);
};
