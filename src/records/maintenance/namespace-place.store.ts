import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import {
  guardTable,
  inPlace,
  namespaceTable,
  ownPlace,
  ownTables,
  postingTable,
  recordTable,
  sparseTable,
  vectorTable,
} from '../../collections/place-tables.store.js';
import { OLDER_THAN_CHILDREN } from '../../postgres/application-name.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import { removeNamespace } from '../namespace.store.js';
import { moveLock } from '../record-tables.js';
import { analyzeTables, createIndexes, createPlace, createTables, runEach, type Storage } from './dedicated-tables.store.js';
import { PlaceStore } from './place.store.js';

/** Gives large namespaces places of their own: children of their collection (decision 77). There is no way back. */
@Injectable()
export class NamespacePlaceStore {
  constructor(
    private readonly database: Database,
    private readonly catalog: CollectionStore,
    private readonly places: PlaceStore,
  ) {}

  /** The largest namespace with more components than `floats` that has others beside it in the collection's place; never the default one. */
  async due(collection: Collection, floats: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ name: string }>(sql`
      SELECT n.name FROM ${namespaceTable(collection)} n
      WHERE n.collection_id = ${collection.id} AND n.name <> '' AND n.record_count * ${collection.dimension ?? 0}::bigint > ${floats}
        AND EXISTS (SELECT 1 FROM ${namespaceTable(collection)} o
          WHERE o.collection_id = n.collection_id AND o.name <> n.name AND o.record_count > 0)
      ORDER BY n.record_count DESC, n.name LIMIT 1`);
    return row?.name;
  }

  /**
   * Moves a namespace of a collection that has a place into one of its own, in one transaction: readers see it in the one or the
   * other, and writes to the collection are done before or after. Returns the child; undefined when it is not to be done.
   */
  async moveOut(collection: Collection, namespace: string): Promise<Collection | undefined> {
    const id = await this.nextId();
    if ((await this.places.refusal(this.database, id, OLDER_THAN_CHILDREN)) !== undefined) return undefined;
    // from here on writers queue, those that began before end soon: the move gets its lock
    await this.database.query(sql`
      UPDATE polyvec.collections SET moving = TRUE, epoch = epoch + 1 WHERE id = ${collection.id} AND NOT moving`);
    const child = await this.database
      .transaction(async (transaction) => {
        await transaction.query(sql`SELECT pg_advisory_xact_lock(${moveLock(collection)})`);
        const home = await this.lock(transaction, collection, namespace);
        if (home === undefined) return undefined;
        await transaction.script('SET LOCAL statement_timeout = 0');
        const made = await this.fill(transaction, home, namespace, id);
        await removeNamespace(transaction, home, namespace);
        await leaveHome(transaction, home, namespace);
        return made;
      }, 'long')
      .catch(async (error: unknown) => {
        await this.rest(collection).catch(() => undefined);
        throw error;
      });
    if (child === undefined) await this.rest(collection);
    else await this.places.sample(child);
    return child;
  }

  /** Writers need no queue any more, unless something moves now: a move may have been cut off. */
  async rest(collection: Collection): Promise<void> {
    await this.database.query(sql`
      UPDATE polyvec.collections SET moving = FALSE, epoch = epoch + 1
      WHERE id = ${collection.id} AND moving AND pg_try_advisory_xact_lock(${moveLock(collection)})`);
  }

  private async nextId(): Promise<string> {
    const [row] = await this.database.query<{ id: string }>(sql`
      SELECT nextval(pg_get_serial_sequence('polyvec.collections', 'id')) AS id`);
    return row?.id ?? '0';
  }

  /** The collection as it is now, when nobody writes to it until the end of the transaction; undefined when it has no such namespace. */
  private async lock(transaction: Queryable, collection: Collection, namespace: string): Promise<Collection | undefined> {
    const found = await transaction.query(sql`
      SELECT id FROM polyvec.collections
      WHERE id = ${collection.id} AND place = ${collection.place} AND parent_id IS NULL AND dimension IS NOT NULL FOR UPDATE`);
    if (found.length === 0) return undefined;
    // on a cluster, writers take their turn where the guard is
    await transaction.query(sql`
      SELECT id FROM ${guardTable(collection)}
      WHERE id = ${collection.id} AND (SELECT pg_advisory_xact_lock(${moveLock(collection)})) IS NOT NULL FOR UPDATE`);
    const home = await this.catalog.refresh(transaction, collection);
    const held = await transaction.query(sql`
      SELECT name FROM ${namespaceTable(collection)} WHERE collection_id = ${collection.id} AND name = ${namespace}`);
    return held.length === 0 ? undefined : home;
  }

  /** Makes the child with all that the namespace is. */
  private async fill(transaction: Queryable, home: Collection, namespace: string, id: string): Promise<Collection> {
    const own = { id, ...ownTables(id, ownPlace(id)) };
    const child: Collection = { ...home, ...own, parent: { id: home.id, uuid: home.uuid, namespace }, children: new Map() };
    const storage: Storage = await this.places.storage(transaction);
    await runEach(transaction, [...createPlace(child.place, storage), ...createTables(child, home.dimension ?? 0, storage)]);
    await copyNamespace(transaction, home, child, namespace);
    await runEach(transaction, [...createIndexes(child), ...analyzeTables(child, storage)]);
    const [row] = await transaction.query<{ uuid: string; epoch: string }>(sql`
      INSERT INTO polyvec.collections (id, parent_id, namespace, database_id, protocol, metric, dimension, vector_type, has_sparse,
        metadata, settings, recall, place, record_table, vector_table) OVERRIDING SYSTEM VALUE
      SELECT ${id}::bigint, c.id, ${namespace}, c.database_id, c.protocol, c.metric, c.dimension, c.vector_type, c.has_sparse,
        c.metadata, c.settings, c.recall, ${child.place}, ${child.recordTable}, ${child.vectorTable}
      FROM polyvec.collections c WHERE c.id = ${home.id} RETURNING uuid, epoch`);
    await transaction.query(sql`INSERT INTO ${guardTable(child)} (id, epoch) VALUES (${id}, ${row?.epoch ?? '0'})`);
    return { ...child, uuid: row?.uuid ?? '' };
  }
}

/** Vectors keep their numbers: later ones are higher. Indexes of words, and of what filters use, are built when they are wanted. */
async function copyNamespace(transaction: Queryable, home: Collection, child: Collection, namespace: string): Promise<void> {
  const { id } = child;
  const held = sql`b.collection_id = ${home.id} AND b.namespace = ${namespace}`;
  await transaction.query(sql`
    INSERT INTO ${recordTable(child)} (collection_id, namespace, id, long_id, rid, document, uri, metadata)
    SELECT ${id}::bigint, b.namespace, b.id, b.long_id, b.rid, b.document, b.uri, b.metadata
    FROM ${recordTable(home)} b WHERE ${held} ORDER BY b.rid`);
  await transaction.query(sql`
    INSERT INTO ${vectorTable(child)} (collection_id, namespace, rid, embedding, seq)
    SELECT ${id}::bigint, b.namespace, b.rid, b.embedding, b.seq FROM ${vectorTable(home)} b WHERE ${held} ORDER BY b.rid`);
  await transaction.query(sql`
    INSERT INTO ${sparseTable(child)} (collection_id, namespace, rid, sid, terms, weights)
    SELECT ${id}::bigint, b.namespace, b.rid, b.sid, b.terms, b.weights FROM ${sparseTable(home)} b WHERE ${held}`);
  await transaction.query(sql`
    INSERT INTO ${postingTable(child)} (collection_id, namespace, term, sid, weight)
    SELECT ${id}::bigint, b.namespace, b.term, b.sid, b.weight FROM ${postingTable(home)} b WHERE ${held}`);
  await transaction.query(sql`
    INSERT INTO ${inPlace(child, 'namespaces')} (collection_id, name, lsn, operations, record_count, schema, created_at)
    SELECT ${id}::bigint, b.name, b.lsn, b.operations, b.record_count, b.schema, b.created_at
    FROM ${namespaceTable(home)} b WHERE b.collection_id = ${home.id} AND b.name = ${namespace}`);
}

/** What was built for the namespace in its former place goes. Statements of instances that look for it there are stale. */
async function leaveHome(transaction: Queryable, { id }: Collection, namespace: string): Promise<void> {
  await transaction.query(sql`
    UPDATE polyvec.vector_indexes SET state = 'retired'
    WHERE collection_id = ${id} AND namespace = ${namespace} AND state = 'ready'`);
  await transaction.query(sql`
    DELETE FROM polyvec.recall_measurements WHERE collection_id = ${id} AND namespace = ${namespace}`);
  await transaction.query(sql`
    UPDATE polyvec.collections SET moving = FALSE, epoch = epoch + 1 WHERE id = ${id}`);
}
