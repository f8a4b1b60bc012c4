import { identifier, integer, join, sql } from './sql.js';

describe('sql', () => {
  it('makes a parameter of every value', () => {
    const statement = sql`SELECT ${'a'} FROM t WHERE n = ${1} AND b = ${null}`;
    expect(statement.text).toBe('SELECT $1 FROM t WHERE n = $2 AND b = $3');
    expect(statement.parameters).toEqual(['a', 1, null]);
  });

  it('splices nested statements, and numbers the parameters through', () => {
    const condition = sql`a = ${1}`;
    const statement = sql`SELECT ${0} WHERE ${condition} OR ${sql`NOT ${condition}`}`;
    expect(statement.text).toBe('SELECT $1 WHERE a = $2 OR NOT a = $3');
    expect(statement.parameters).toEqual([0, 1, 1]);
  });

  it('joins pieces', () => {
    const statement = join([sql`a = ${1}`, sql`b`, sql`c = ${2}`], ' AND ');
    expect(statement.text).toBe('a = $1 AND b AND c = $2');
    expect(join([], ', ').text).toBe('');
  });

  it('joins a hundred thousand pieces in a moment', () => {
    const pieces = Array.from({ length: 100_000 }, (_, index) => sql`a = ${index}`);
    expect(join(pieces, ' OR ').values).toHaveLength(100_000);
  });

  it('quotes names', () => {
    expect(identifier('a"b').text).toBe('"a""b"');
  });

  it('writes whole numbers only', () => {
    expect(integer(384).text).toBe('384');
    expect(() => integer(1.5)).toThrow('not an integer');
  });
});
