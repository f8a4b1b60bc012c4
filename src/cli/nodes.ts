import { labelOf } from '../collections/collection-label.js';
import type { Config } from '../config/config.js';
import { planBalance } from '../postgres/cluster/balance.js';
import { nodesOf } from '../postgres/cluster/cluster.js';
import {
  contentsOfNodes,
  distributePlace,
  movePlace,
  moveProgress,
  type NodeContents,
  ownersOf,
  undistributePlace,
} from '../postgres/cluster/node-places.js';
import type { Database } from '../postgres/database.js';
import type { Session } from '../postgres/sessions.js';
import { withDatabase } from './existing-database.js';
import type { Print } from './maintenance-config.js';

/** Where a place is to be moved, and whether its writes go on meanwhile. */
export interface NodeMove {
  /** By itself, or by its collection. */
  readonly place: string;
  readonly node: string;
  readonly mode: 'online' | 'blocking';
}

/** Of what `polyvec nodes rebalance` does. */
export interface RebalanceOptions {
  readonly mode: NodeMove['mode'];
  /** The moves are printed alone. */
  readonly isDry: boolean;
}

const SHARED = 'polyvec';
const SHARED_LABEL = 'the catalog, and all collections without a place of their own';
const NEEDS_CITUS = 'places move between nodes of a cluster of Citus, and this is one plain Postgres: see docs/operations.md';
const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
const PROGRESS_MS = 2_000;

/** Prints each server, with its places below it, the largest first. */
export async function listNodes(config: Config, print: Print): Promise<void> {
  await withDatabase(config, async (database) => {
    const isCluster = (await nodesOf(database)).length > 0;
    const labels = await labelsOf(database);
    for (const contents of await contentsOfNodes(database)) {
      print(`${contents.node.name}  ${titleOf(contents, isCluster)}`);
      for (const { place, bytes } of contents.places) {
        const size = contents.answers ? sizeText(bytes) : 'size unknown';
        print(`  ${place}  ${size}  ${labels.get(place) ?? 'no collection'}`);
      }
    }
    if (!isCluster) print('One server: moving places to others needs Citus.');
  });
}

/** @throws Error when there is no such place or node, or no cluster */
export async function moveToNode(config: Config, { place, node, mode }: NodeMove, print: Print): Promise<void> {
  await onCluster(config, async (database) => {
    const target = (await nodesOf(database)).find(({ name }) => name === node);
    if (target === undefined) throw new Error(`there is no node "${node}"`);
    const found = await find(database, place);
    if (found.home === target.name) {
      print(`${found.place} is on ${target.name} already`);
      return;
    }
    if (!found.isDistributed)
      throw new Error(`${found.place} is on the coordinator alone: polyvec nodes distribute ${found.place}`);
    await watched(database, `${found.place}  ${found.home} -> ${target.name}`, print, (session) =>
      movePlace(session, found.place, target, mode),
    );
  });
}

/** Moves places, one after the other. @throws Error when there is no cluster */
export async function rebalance(config: Config, { mode, isDry }: RebalanceOptions, print: Print): Promise<void> {
  await onCluster(config, async (database) => {
    const nodes = new Map((await nodesOf(database)).map((node) => [node.name, node]));
    const moves = planBalance(await contentsOfNodes(database));
    if (moves.length === 0) print('The nodes are about equally large, or no move would make them so.');
    for (const { place, bytes, from, to } of moves) {
      const target = nodes.get(to);
      const line = `${place}  ${sizeText(bytes)}  ${from} -> ${to}`;
      if (isDry || target === undefined) print(line);
      else await watched(database, line, print, (session) => movePlace(session, place, target, mode));
    }
  });
}

/** Puts the place, or all that are on the coordinator alone, onto nodes. @throws Error as above */
export async function distribute(config: Config, named: string | undefined, print: Print): Promise<void> {
  await onCluster(config, async (database) => {
    for (const place of await chosen(database, named, false)) {
      await watched(database, `${place}  coordinator -> a node`, print, (session) => distributePlace(session, place));
    }
  });
}

/** Brings the place, or all that are on nodes, back. @throws Error as above */
export async function undistribute(config: Config, named: string | undefined, print: Print): Promise<void> {
  await onCluster(config, async (database) => {
    for (const place of await chosen(database, named, true)) {
      await watched(database, `${place}  its node -> coordinator`, print, (session) => undistributePlace(session, place));
    }
  });
}

async function onCluster(config: Config, work: (database: Database) => Promise<void>): Promise<void> {
  await withDatabase(config, async (database) => {
    if ((await nodesOf(database)).length === 0) throw new Error(NEEDS_CITUS);
    await work(database);
  });
}

interface FoundPlace {
  readonly place: string;
  readonly home: string;
  readonly isDistributed: boolean;
}

async function placesOf(database: Database): Promise<readonly FoundPlace[]> {
  return (await contentsOfNodes(database))
    .flatMap(({ node, places }) => places.map(({ place, isDistributed }) => ({ place, home: node.name, isDistributed })))
    .filter(({ place }) => place !== SHARED);
}

async function find(database: Database, named: string): Promise<FoundPlace> {
  const labels = await labelsOf(database);
  const found = (await placesOf(database)).filter(({ place }) => place === named || labels.get(place) === named);
  const [one] = found;
  if (one === undefined) throw new Error(`there is no place "${named}", and no collection of that name that has one`);
  return one;
}

/** One that is where it should be is no error: the command may be given again. */
async function chosen(database: Database, named: string | undefined, isDistributed: boolean): Promise<readonly string[]> {
  const found = named === undefined ? await placesOf(database) : [await find(database, named)];
  return found.filter((one) => one.isDistributed === isDistributed).map(({ place }) => place);
}

async function labelsOf(database: Database): Promise<ReadonlyMap<string, string>> {
  const owners = await ownersOf(database);
  return new Map([[SHARED, SHARED_LABEL], ...[...owners].map(([place, owner]) => [place, labelOf(owner)] as const)]);
}

/** Prints the line, how far the work is every few seconds, and its end. Ctrl-C cancels it, and leaves the place where it was. */
async function watched(database: Database, line: string, print: Print, work: (session: Session) => Promise<void>): Promise<void> {
  const stop = (): void => {
    database.cancelSessions().catch(() => undefined);
  };
  const look = async (): Promise<void> => {
    const progress = await moveProgress(database);
    if (progress === undefined) return;
    print(`  ${sizeText(progress.copied)} of ${sizeText(progress.total)}  ${progress.status}`.trimEnd());
  };
  print(line);
  const start = performance.now();
  const timer = setInterval(() => {
    // the next one may succeed
    look().catch(() => undefined);
  }, PROGRESS_MS);
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    await database.session(work);
  } finally {
    clearInterval(timer);
    process.removeListener('SIGINT', stop).removeListener('SIGTERM', stop);
  }
  print(`  done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function titleOf({ node, answers, places }: NodeContents, isCluster: boolean): string {
  const role = isCluster ? (node.isCoordinator ? 'coordinator' : 'worker') : 'server';
  const state = answers && node.isActive ? sizeText(places.reduce((sum, { bytes }) => sum + bytes, 0)) : 'DOWN';
  const use = isCluster && !node.takesPlaces && !node.isCoordinator ? ['takes no places'] : [];
  return [role, state, ...use].join('  ');
}

function sizeText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** unit;
  return `${unit === 0 ? String(bytes) : value.toFixed(1)} ${UNITS[unit] ?? ''}`;
}
