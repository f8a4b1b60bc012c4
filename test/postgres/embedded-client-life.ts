import type pg from 'pg';
import { errorOf, randomNumbers } from './embedded-helpers.js';

/** One client of many: each answer it gets can only be its own, because its number and the turn are in it. */
class ClientLife {
  operations = 0;

  constructor(
    private readonly client: pg.Client,
    private readonly number: number,
  ) {}

  async echo(mark: string, size: number): Promise<void> {
    const bytes = Buffer.alloc(size, mark);
    const [row] = await this.query('SELECT $1::text AS mark, $2::bytea AS bytes', [mark, bytes]);
    expect(row?.['mark']).toBe(mark);
    expect(bytes.equals(row?.['bytes'] as Buffer)).toBe(true);
  }

  async transaction(mark: string, end: 'COMMIT' | 'ROLLBACK', left: readonly object[]): Promise<void> {
    await this.query('BEGIN');
    await this.query('INSERT INTO notes VALUES ($1, $2)', [this.number, mark]);
    const inside = await this.query('SELECT text FROM notes WHERE text = $1', [mark]);
    await this.query(end);
    const after = await this.query('SELECT text FROM notes WHERE text = $1', [mark]);
    expect([inside, after]).toEqual([[{ text: mark }], left]);
  }

  async error(mark: string): Promise<void> {
    expect((await errorOf(this.query('SELECT $1::text::int', [mark]))).message).toContain(`"${mark}"`);
  }

  async failedTransaction(mark: string): Promise<void> {
    await this.query('BEGIN');
    expect((await errorOf(this.query(`SELECT "${mark}"`))).message).toContain(`"${mark}"`);
    expect((await errorOf(this.query('SELECT 1'))).code).toBe('25P02');
    await this.query('ROLLBACK');
  }

  /** All clients use the same name, each for a statement of its own. */
  async named(mark: string): Promise<void> {
    const rows = await this.query(`SELECT $1::text AS mark, ${String(this.number)} AS client`, [mark], 'mine');
    expect(rows).toEqual([{ mark, client: this.number }]);
  }

  async simple(mark: string): Promise<void> {
    expect(await this.query(`SELECT '${mark}' AS mark`)).toEqual([{ mark }]);
  }

  private async query(text: string, values: unknown[] = [], name = ''): Promise<Record<string, unknown>[]> {
    this.operations += 1;
    return (await this.client.query<Record<string, unknown>>({ text, values, name })).rows;
  }
}

/** Runs `turns` operations of every kind. @returns the number of statements. */
export async function live(client: pg.Client, number: number, turns: number): Promise<number> {
  const random = randomNumbers(number + 1);
  const life = new ClientLife(client, number);
  const kinds: readonly ((mark: string) => Promise<void>)[] = [
    (mark) => life.echo(mark, random(100)),
    (mark) => life.echo(mark, random(200_000)),
    (mark) => life.transaction(mark, 'COMMIT', [{ text: mark }]),
    (mark) => life.transaction(mark, 'ROLLBACK', []),
    (mark) => life.error(mark),
    (mark) => life.failedTransaction(mark),
    (mark) => life.named(mark),
    (mark) => life.simple(mark),
  ];
  for (let turn = 0; turn < turns; turn += 1) await kinds[random(kinds.length)]?.(`${String(number)}-${String(turn)}`);
  return life.operations;
}
