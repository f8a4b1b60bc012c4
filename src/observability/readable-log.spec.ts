import { readableLine } from './readable-log.js';

const TIME = new Date(2026, 10, 22, 9, 5, 7).toISOString();

describe('a line of the log for people', () => {
  it.each([
    [{ level: 30, time: TIME, msg: 'it is back' }, '09:05:07 info  it is back\n'],
    [{ level: 40, time: TIME, context: 'database', msg: 'gone' }, '09:05:07 warn  database: gone\n'],
    [
      { level: 50, time: TIME, msg: 'broken', status: 500, route: '/a b', ids: [1] },
      '09:05:07 error broken status=500 route=/a b ids=[1]\n',
    ],
    [{ level: 50, time: TIME, msg: 'broken', stack: 'Error: x\n    at y' }, '09:05:07 error broken\nError: x\n    at y\n'],
  ])('%j', (line, text) => {
    expect(readableLine(JSON.stringify(line))).toBe(text);
  });
});
