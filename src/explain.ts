import type { RequestHandler } from 'express';
import { listenToSearches } from './records/search/search-report.js';

/**
 * A request with the header `x-polyvec-explain`, whatever its value and protocol, is told by `x-polyvec-plan` how its searches were
 * carried out: one line each, `search-report.ts` says what is in it.
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
