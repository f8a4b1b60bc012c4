import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from '../../../src/postgres/sql.js';
import { createIndex, type IndexApi, type Outcome, PineconeApi } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { openGatewayDatabase } from '../../support/gateway/gateway-database.js';

const NEWEST = { 'x-pinecone-api-version': '2026-07' };
const UUID = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/) as unknown;
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown;
const NIGHTLY = { name: 'nightly', schedule: { type: 'time-based', frequency: 'daily' }, retention: { expire_after_days: 7 } };

interface Schedule {
  readonly schedule_id: string;
  readonly next_scheduled_run: string | null;
}

let gateway: TestGateway;
let control: PineconeApi;
let index: IndexApi;

beforeAll(async () => {
  gateway = await startGateway();
  control = new PineconeApi(gateway.pineconeUrl);
});

beforeEach(async () => {
  index = await createIndex(gateway, { dimension: 2 });
});

afterEach(async () => {
  await control.call(`/indexes/${index.name}`, { method: 'DELETE' });
});

afterAll(async () => {
  await gateway.stop();
});

async function ask(path: string, body?: object, method?: string): Promise<Outcome> {
  return control.outcome(path, { ...(body && { body }), ...(method !== undefined && { method }), headers: NEWEST });
}

async function create(body: object = NIGHTLY): Promise<Schedule> {
  const [status, made] = await ask(`/indexes/${index.name}/backup-schedules`, body);
  expect([status, made]).toEqual([201, made]);
  return made as Schedule;
}

async function history(schedule: Schedule): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const [status, body] = await ask(`/backup-schedules/${schedule.schedule_id}/history`);
  expect(status).toBe(200);
  return (body as { readonly data: readonly Readonly<Record<string, unknown>>[] }).data;
}

const failure = (status: number, code: string, message: unknown): Outcome => [status, { error: { code, message }, status }];

it('creates, describes, lists and deletes a schedule', async () => {
  const made = await create();
  const described = await ask(`/indexes/${index.name}`);
  expect(made).toEqual({
    schedule_id: UUID,
    name: 'nightly',
    index_id: expect.any(String) as unknown,
    project_id: expect.stringMatching(/^[0-9a-z]{7}$/) as unknown,
    schedule_type: 'time-based',
    frequency: 'daily',
    retention_expire_after_days: 7,
    enabled: true,
    next_scheduled_run: expect.stringMatching(/T06:00:00\.000Z$/) as unknown,
    created_at: TIME,
  });
  expect(described[0]).toBe(200);
  expect(await ask(`/backup-schedules/${made.schedule_id}`)).toEqual([200, made]);
  expect(await ask(`/indexes/${index.name}/backup-schedules`)).toEqual([200, { data: [made], pagination: null }]);
  expect(await ask(`/backup-schedules/${made.schedule_id}`, undefined, 'DELETE')).toEqual([204, '']);
  const gone = failure(404, 'NOT_FOUND', `Backup schedule ${made.schedule_id} not found.`);
  expect(await ask(`/backup-schedules/${made.schedule_id}`)).toEqual(gone);
  expect(await ask(`/backup-schedules/${made.schedule_id}`, undefined, 'DELETE')).toEqual(gone);
  expect(await ask(`/backup-schedules/${made.schedule_id}/history`)).toEqual(gone);
  expect(await ask(`/indexes/${index.name}/backup-schedules`)).toEqual([200, { data: [], pagination: null }]);
});

it('changes what is sent', async () => {
  const made = await create();
  const path = `/backup-schedules/${made.schedule_id}`;
  expect(await ask(path, {}, 'PATCH')).toEqual([200, made]);
  const kept = { ...made, retention_expire_after_days: 90 };
  expect(await ask(path, { retention: { expire_after_days: 90 } }, 'PATCH')).toEqual([200, kept]);
  const paused = { ...kept, enabled: false, next_scheduled_run: null };
  expect(await ask(path, { enabled: false }, 'PATCH')).toEqual([200, paused]);
  expect(await ask(path, { frequency: 'weekly' }, 'PATCH')).toEqual([200, { ...paused, frequency: 'weekly' }]);
  expect(await ask(path, { enabled: true }, 'PATCH')).toEqual([200, { ...kept, frequency: 'weekly', next_scheduled_run: TIME }]);
});

it('keeps one enabled schedule an index', async () => {
  const first = await create();
  const conflict = failure(409, 'ALREADY_EXISTS', expect.stringContaining('already has an enabled backup schedule'));
  expect(await ask(`/indexes/${index.name}/backup-schedules`, NIGHTLY)).toEqual(conflict);
  await ask(`/backup-schedules/${first.schedule_id}`, { enabled: false }, 'PATCH');
  const second = await create();
  expect(await ask(`/backup-schedules/${first.schedule_id}`, { enabled: true }, 'PATCH')).toEqual(conflict);
  const path = `/indexes/${index.name}/backup-schedules`;
  const page = (await control.call(path, { query: { limit: 1 }, headers: NEWEST })).body as {
    readonly data: readonly Schedule[];
    readonly pagination: { readonly next: string };
  };
  expect(page.data.map(({ schedule_id }) => schedule_id)).toEqual([second.schedule_id]);
  const rest = await control.outcome(path, { query: { limit: 1, paginationToken: page.pagination.next }, headers: NEWEST });
  expect(rest).toMatchObject([200, { data: [{ schedule_id: first.schedule_id }], pagination: null }]);
});

it.each([
  [{ ...NIGHTLY, name: undefined }, 422, 'UNPROCESSABLE_ENTITY', /missing field `name`/],
  [{ ...NIGHTLY, name: '' }, 400, 'INVALID_ARGUMENT', /name must not be empty/],
  [{ ...NIGHTLY, schedule: undefined }, 422, 'UNPROCESSABLE_ENTITY', /missing field `schedule`/],
  [{ ...NIGHTLY, schedule: { frequency: 'daily' } }, 422, 'UNPROCESSABLE_ENTITY', /missing field `schedule.type`/],
  [
    { ...NIGHTLY, schedule: { type: 'event', frequency: 'daily' } },
    400,
    'INVALID_ARGUMENT',
    /expected 'time-based', got 'event'/,
  ],
  [{ ...NIGHTLY, schedule: { type: 'time-based', frequency: '0 6 * * *' } }, 400, 'INVALID_ARGUMENT', /daily, weekly, monthly/],
  [{ ...NIGHTLY, retention: undefined }, 422, 'UNPROCESSABLE_ENTITY', /missing field `retention`/],
  [{ ...NIGHTLY, retention: { expire_after_days: 0 } }, 400, 'INVALID_ARGUMENT', /between 1 and 3650/],
  [{ ...NIGHTLY, retention: { expire_after_days: 1.5 } }, 422, 'UNPROCESSABLE_ENTITY', /expected an integer/],
])('refuses %j', async (body, status, code, words) => {
  const answer = await ask(`/indexes/${index.name}/backup-schedules`, body);
  expect(answer).toEqual(failure(status, code, expect.stringMatching(words)));
});

it('refuses an index that is not there, and one of pods', async () => {
  expect(await ask('/indexes/nothing/backup-schedules', NIGHTLY)).toMatchObject([404, { error: { code: 'NOT_FOUND' } }]);
  const pods = await createIndex(gateway, { dimension: 2, spec: { pod: { environment: 'e', pod_type: 'p1.x1' } } });
  const answer = await ask(`/indexes/${pods.name}/backup-schedules`, NIGHTLY);
  expect(answer).toEqual(failure(400, 'INVALID_ARGUMENT', expect.stringContaining('pod index')));
  expect(await ask(`/backup-schedules/${randomUUID()}`, { enabled: false }, 'PATCH')).toMatchObject([404, {}]);
});

it('lists the run to come', async () => {
  const made = await create();
  const day = (made.next_scheduled_run ?? '').slice(0, 10).replaceAll('-', '');
  expect(await history(made)).toEqual([
    {
      backup_id: UUID,
      source_index_name: index.name,
      source_index_id: expect.any(String) as unknown,
      status: 'Initializing',
      cloud: 'aws',
      region: 'us-east-1',
      name: `nightly-${day}T060000Z`,
      tags: null,
      created_at: TIME,
    },
  ]);
});

it('backs up an index when it is due, and the backup is one like others', async () => {
  await index.namespace('n').fill([{ id: 'a', values: [1, 0] }]);
  const made = await create();
  const [planned] = await history(made);
  await makeDue(made);
  let runs = await history(made);
  while (runs.length < 2) {
    await sleep(250);
    runs = await history(made);
  }
  const [next, done] = runs;
  expect(next).toMatchObject({ status: 'Initializing' });
  expect(done).toMatchObject({ backup_id: planned?.['backup_id'], status: 'Ready', record_count: 1, namespace_count: 1 });
  const backup = `/backups/${String(done?.['backup_id'])}`;
  expect(await ask(backup)).toEqual([200, done]);
  expect(await ask(`${backup}/create-index`, { name: `again-${index.name.slice(-8)}` })).toMatchObject([202, {}]);
  await ask(backup, undefined, 'DELETE');
  expect((await history(made)).map(({ status }) => status)).toEqual(['Initializing']);
});

/** The gateway looks every ten seconds. */
async function makeDue({ schedule_id }: Schedule): Promise<void> {
  const database = await openGatewayDatabase(gateway.environment);
  await database.query(sql`
    UPDATE polyvec.backup_schedules SET anchor_at = anchor_at - interval '1 day', due_at = due_at - interval '1 day'
    WHERE uuid = ${schedule_id}`);
  await database.close();
}
