import fc from 'fast-check';
import { isJsonObject, type Json, JsonNumber } from '../../../src/http/json.js';
import { ask, COLLECTIONS, fieldsOf } from '../clients/chroma-client.js';
import type { TestGateway } from '../gateway/gateway.js';
import {
  type ModelCollection,
  type ModelConditions,
  type ModelScalar,
  type ModelValue,
  scalarOfToken,
  type WriteKind,
} from './model.js';
import { batch, conditions, DIMENSION, embedding, type Sent, type WriteParts } from './model-arbitraries.js';

/** The gateway that is held to the model; a restart replaces it. */
export interface Session {
  gateway: TestGateway;
  readonly uuid: string;
}

/** One request to the gateway and to the model, whose answers must be equal. */
class Command implements fc.AsyncCommand<ModelCollection, Session> {
  constructor(
    private readonly label: string,
    private readonly compare: (model: ModelCollection, session: Session) => Promise<void>,
  ) {}

  check(): boolean {
    return true;
  }

  async run(model: ModelCollection, session: Session): Promise<void> {
    await this.compare(model, session);
  }

  toString(): string {
    return this.label;
  }
}

/** A sequence of requests. */
export type Commands = Iterable<fc.AsyncCommand<ModelCollection, Session>>;

const PARTS: Readonly<Record<WriteKind, WriteParts>> = {
  add: { nullEmbeddings: false, nullMetadata: false },
  upsert: { nullEmbeddings: false, nullMetadata: true },
  update: { nullEmbeddings: true, nullMetadata: true },
};

function write(kind: WriteKind): fc.Arbitrary<Command> {
  return batch(PARTS[kind]).map(
    ({ value, text }) =>
      new Command(`${kind} ${text}`, async (model, session) => {
        expect({ call: kind, status: (await send(session, kind, text)).status }).toEqual({
          call: kind,
          status: model.write(kind, value),
        });
      }),
  );
}

const bound = fc.option(fc.integer({ min: 0, max: 8 }), { freq: 1, nil: null });
const ALL = '"include":["embeddings","documents","uris","metadatas"]';

function getCommand(selection: Sent<ModelConditions>, offset: number | null = null, limit: number | null = null): Command {
  const body = `{${selection.text},"offset":${String(offset)},"limit":${String(limit)},${ALL}}`;
  return new Command(`get ${body}`, async (model, session) => {
    const expected = model.get(selection.value, offset ?? 0, limit ?? Infinity);
    expect(columnsOf(fieldsOf(await send(session, 'get', body)))).toEqual({
      ids: expected.map((record) => record.id),
      embeddings: expected.map((record) => record.embedding),
      documents: expected.map((record) => record.document),
      uris: expected.map((record) => record.uri),
      metadatas: expected.map((record) => record.metadata),
    });
  });
}

const get: fc.Arbitrary<Command> = fc.tuple(conditions, bound, bound).map((parts) => getCommand(...parts));

const query: fc.Arbitrary<Command> = fc
  .tuple(conditions, fc.array(embedding(DIMENSION), { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 12 }))
  .map(([selection, queries, limit]) => {
    const include = '"include":["distances","metadatas"]';
    const body = `{${selection.text},"query_embeddings":${JSON.stringify(queries)},"n_results":${String(limit)},${include}}`;
    return new Command(`query ${body}`, async (model, session) => {
      const answer = await send(session, 'query', body);
      const isRefused = model.dimension !== null && model.dimension !== DIMENSION;
      const expected = queries.map((vector) => model.query(vector, selection.value).slice(0, limit));
      expect({ status: answer.status, found: foundIn(isRefused ? [] : ['ids', 'distances', 'metadatas'], answer) }).toEqual({
        status: isRefused ? 400 : 200,
        found: isRefused
          ? {}
          : {
              ids: expected.map((matches) => matches.map(([record]) => record.id)),
              distances: expected.map((matches) => matches.map(([, distance]) => distance)),
              metadatas: expected.map((matches) => matches.map(([record]) => record.metadata)),
            },
      });
    });
  });

const remove: fc.Arbitrary<Command> = fc
  .tuple(conditions, fc.option(fc.integer({ min: 0, max: 4 }), { freq: 1, nil: null }))
  .map(([selection, limit]) => {
    const body = `{${selection.text},"limit":${String(limit)}}`;
    return new Command(`delete ${body}`, async (model, session) => {
      const expected = model.delete(selection.value, limit);
      const answer = await send(session, 'delete', body);
      expect('status' in expected ? { status: answer.status } : (JSON.parse(answer.text) as object)).toEqual(expected);
    });
  });

const count: fc.Arbitrary<Command> = fc.constant(
  new Command('count', async (model, session) => {
    const answer = await ask(session.gateway.chromaUrl, `${COLLECTIONS}/${session.uuid}/count`);
    expect(answer).toEqual({ status: 200, text: String(model.count) });
  }),
);

const describeCollection: fc.Arbitrary<Command> = fc.constant(
  new Command('dimension', async (model, session) => {
    const list = await ask(session.gateway.chromaUrl, COLLECTIONS);
    const own = (JSON.parse(list.text) as { id: string; dimension: number | null }[]).find(({ id }) => id === session.uuid);
    expect(own?.dimension).toBe(model.dimension);
  }),
);

/** Reads everything, so that nothing can be missing unseen. */
export const readAll: fc.AsyncCommand<ModelCollection, Session> = getCommand({
  value: { ids: null, filters: [] },
  text: '"ids":null',
});

export function commands(maxCommands: number): fc.Arbitrary<Commands> {
  const calls = fc.oneof(
    { weight: 3, arbitrary: write('add') },
    { weight: 4, arbitrary: write('upsert') },
    { weight: 4, arbitrary: write('update') },
    { weight: 4, arbitrary: get },
    { weight: 3, arbitrary: query },
    { weight: 1, arbitrary: remove },
    { weight: 1, arbitrary: count },
    { weight: 1, arbitrary: describeCollection },
  );
  return fc.commands<ModelCollection, Session, false>([calls], { maxCommands, size: 'max' });
}

function send(session: Session, call: string, body: string): ReturnType<typeof ask> {
  return ask(session.gateway.chromaUrl, `${COLLECTIONS}/${session.uuid}/${call}`, body);
}

function columnsOf(fields: ReadonlyMap<string, Json>): object {
  const columns = ['ids', 'embeddings', 'documents', 'uris', 'metadatas'];
  return Object.fromEntries(
    columns.map((name) => [name, name === 'embeddings' ? numbersOf(fields.get(name)) : modelValueOf(fields.get(name))]),
  );
}

function foundIn(columns: readonly string[], answer: { readonly status: number; readonly text: string }): object {
  if (columns.length === 0) return {};
  const fields = fieldsOf(answer);
  return Object.fromEntries(
    columns.map((name) => [name, name === 'distances' ? numbersOf(fields.get(name)) : modelValueOf(fields.get(name))]),
  );
}

/** Numbers of any kind as float32. */
function numbersOf(value: Json | undefined): unknown {
  if (value instanceof JsonNumber) return Math.fround(Number(value.text)) + 0;
  return Array.isArray(value) ? (value as readonly Json[]).map(numbersOf) : value;
}

/** Metadata as the model has it. */
function modelValueOf(value: Json | undefined): unknown {
  if (value instanceof JsonNumber) return scalarOfToken(value.text);
  if (isJsonObject(value)) return new Map([...value].map(([key, item]) => [key, modelValueOf(item) as ModelValue | ModelScalar]));
  return Array.isArray(value) ? (value as readonly Json[]).map(modelValueOf) : value;
}
