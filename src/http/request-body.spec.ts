import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { BodyBudget } from './body-budget.js';
import { bodyReader } from './request-body.js';

it('a client that has left by the time its body is to be read takes nothing of the budget', () => {
  const budget = new BodyBudget(100);
  const read = bodyReader({ limitBytes: 100, maxDepth: 10, limits: { maxValues: 1_000, maxValuesAtOnce: 1_000 }, budget });
  const request = Object.assign(new EventEmitter(), { destroyed: true, headers: { 'content-length': '80' } });
  read(request as unknown as Request, Object.assign(new EventEmitter(), { closed: true }) as unknown as Response, () => {
    throw new Error('nobody waits for an answer');
  });
  const [one, other] = [budget.share(), budget.share()];
  expect([one.grow(50), other.grow(50)]).toEqual([undefined, undefined]);
});
