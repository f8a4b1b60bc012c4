import { Sql } from './sql.js';
import { Statements } from './statements.js';

const numbered = (index: number): Sql => new Sql([`SELECT ${String(index)}`], []);

function named(statements: Statements, count: number): readonly (string | undefined)[] {
  return Array.from({ length: count }, (_, index) => statements.request(numbered(index)).name);
}

describe('the names of statements', () => {
  it('are given to texts that come again, and stay with them', () => {
    const statements = new Statements(200);
    const request = (index: number): string | undefined => statements.request(numbered(index)).name;
    expect([request(0), request(0), request(1), request(0), request(1)]).toEqual([
      ...[undefined, 'polyvec_0', undefined],
      ...['polyvec_0', 'polyvec_1'],
    ]);
  });

  it('are none behind a pooler', () => {
    const statements = new Statements(0);
    expect([statements.request(numbered(0)).name, statements.request(numbered(0)).name]).toEqual([undefined, undefined]);
  });

  it('are taken from those that were not used for the longest time, and never given again', () => {
    const statements = new Statements(200);
    named(statements, 200);
    const first = named(statements, 200);
    expect(new Set(first).size).toBe(200);
    // the first one is used once more, so the second one goes
    named(statements, 1);
    const added = ['SELECT a', 'SELECT a'].map((text) => statements.request(new Sql([text], [])).name);
    expect(added).toEqual([undefined, 'polyvec_200']);
    expect(first.slice(0, 3).map((name) => statements.isRetired(name ?? ''))).toEqual([false, true, false]);
  });

  it('are for a million characters in all', () => {
    const statements = new Statements(200);
    const long = Array.from({ length: 30 }, (_, index) => `SELECT ${String(index)} -- ${'x'.repeat(40_000)}`);
    const names = [...long, ...long].map((text) => statements.request(new Sql([text], [])).name).slice(30);
    expect(names.filter((name) => !statements.isRetired(name ?? ''))).toHaveLength(24);
  });
});
