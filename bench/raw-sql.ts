import pg from 'pg';
import { randomNumbers, vectorSource } from './data.js';
import { CLIENTS } from './measure.js';

type Values = readonly (string | number | readonly string[])[];

const COLUMNS = 'r.id, r.document, r.metadata::text';
const SCOPE = `r.collection_id = $1 AND r.namespace = ''`;

/**
 * What one would write by hand: SQL sent by `pg` to the same tables that the gateway on the server engine uses, as prepared
 * statements. What the gateway takes longer is the price of its protocol.
 */
export class RawSql {
  readonly name = 'SQL by hand, server';
  private readonly nextVector = vectorSource(99);
  private readonly random = randomNumbers(7);

  private constructor(
    private readonly pool: pg.Pool,
    private readonly collection: string,
    private readonly recordTable: string,
    private readonly vectorTable: string,
    private readonly count: number,
  ) {}

  /** `uuid` is the collection as clients know it. */
  static async open(databaseUrl: string, uuid: string, count: number): Promise<RawSql> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: CLIENTS });
    const { rows } = await pool.query<{ id: string; record_table: string; vector_table: string }>(
      'SELECT id, record_table, vector_table FROM polyvec.collections WHERE uuid = $1',
      [uuid],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the collection is not in the catalog');
    return new RawSql(pool, row.id, `polyvec.${row.record_table}`, `polyvec.${row.vector_table}`, count);
  }

  /** What does the same as the gateway's work of that name; undefined for what is not compared. */
  operation(workName: string): ((index: number) => Promise<void>) | undefined {
    switch (workName) {
      case 'query':
        return () => this.query();
      case 'query, filter of 1 %':
        return (index) => this.filteredQuery({ percent: index % 100 });
      case 'query, filter of 10 %':
        return (index) => this.filteredQuery({ tenth: index % 10 });
      case 'get by 10 ids':
        return () => this.getByIds();
      case 'get by filter (50 rows)':
        return (index) => this.getByFilter({ group: index % (this.count / 50) });
      case 'get by document substring (50 rows)':
        return () => this.getByDocument();
      case 'count':
        return () => this.countAll();
      case 'upsert of 1':
        return (index) => this.upsert(index);
      default:
        return undefined;
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async send(name: string, text: string, values: Values): Promise<void> {
    await this.pool.query({ name, text, values: [this.collection, ...values] });
  }

  private async query(): Promise<void> {
    const nearest = `SELECT v.rid, vector_l2_squared_distance(v.embedding, $2) AS distance FROM ${this.vectorTable} v
      WHERE v.collection_id = $1 AND v.namespace = '' ORDER BY distance LIMIT 10`;
    const text = `SELECT ${COLUMNS}, n.distance FROM (${nearest}) n JOIN ${this.recordTable} r ON r.rid = n.rid
      WHERE ${SCOPE} ORDER BY n.distance`;
    await this.send('query', text, [this.vector()]);
  }

  private async filteredQuery(where: object): Promise<void> {
    const text = `SELECT ${COLUMNS}, vector_l2_squared_distance(v.embedding, $2) AS distance
      FROM ${this.recordTable} r JOIN ${this.vectorTable} v USING (collection_id, namespace, rid)
      WHERE ${SCOPE} AND r.metadata @> $3::jsonb ORDER BY distance LIMIT 10`;
    await this.send('filtered-query', text, [this.vector(), JSON.stringify(where)]);
  }

  private async getByIds(): Promise<void> {
    const ids = Array.from({ length: 10 }, () => `record-${String(Math.floor(this.random() * this.count))}`);
    await this.send('ids', `SELECT ${COLUMNS} FROM ${this.recordTable} r WHERE ${SCOPE} AND r.id = ANY ($2) ORDER BY r.rid`, [
      ids,
    ]);
  }

  private async getByFilter(where: object): Promise<void> {
    const text = `SELECT ${COLUMNS} FROM ${this.recordTable} r WHERE ${SCOPE} AND r.metadata @> $2::jsonb ORDER BY r.rid`;
    await this.send('filter', text, [JSON.stringify(where)]);
  }

  private async getByDocument(): Promise<void> {
    const text = `SELECT ${COLUMNS} FROM ${this.recordTable} r WHERE ${SCOPE} AND r.document LIKE $2 ORDER BY r.rid`;
    await this.send('document', text, ['%a needle%']);
  }

  private async countAll(): Promise<void> {
    await this.send('count', `SELECT count(*) FROM ${this.recordTable} r WHERE ${SCOPE}`, []);
  }

  private async upsert(index: number): Promise<void> {
    const text = `WITH written AS (
        INSERT INTO ${this.recordTable} AS r (collection_id, namespace, id, rid, metadata)
        VALUES ($1, '', $2, nextval('polyvec.rid'), $3::jsonb)
        ON CONFLICT (collection_id, namespace, id) DO UPDATE SET metadata = r.metadata || excluded.metadata RETURNING rid)
      INSERT INTO ${this.vectorTable} (collection_id, namespace, rid, embedding) SELECT $1, '', rid, $4::vector FROM written
      ON CONFLICT (collection_id, namespace, rid) DO UPDATE SET embedding = excluded.embedding`;
    const id = `record-${String(index % this.count)}`;
    await this.send('upsert', text, [id, JSON.stringify({ score: index }), this.vector()]);
  }

  private vector(): string {
    return `[${this.nextVector().join(',')}]`;
  }
}
