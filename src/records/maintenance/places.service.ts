import { Injectable } from '@nestjs/common';
import { nodesOf } from '../../postgres/cluster/cluster.js';
import {
  contentsOfNodes,
  type MoveProgress,
  moveProgress,
  movingPlaces,
  type NodeContents,
  ownersOf,
  type PlaceOwner,
} from '../../postgres/cluster/node-places.js';
import { Database } from '../../postgres/database.js';

/** Which large collection lies where. */
export interface PlacesOverview {
  /** Whether places can lie on other servers than this one. */
  readonly isCluster: boolean;
  readonly nodes: readonly NodeContents[];
  /** By place; one that has none is of a collection that was dropped a moment ago. */
  readonly owners: ReadonlyMap<string, PlaceOwner>;
  /** Places that go from node to node. */
  readonly moving: ReadonlySet<string>;
  /** Of all these moves together; undefined when there is none. */
  readonly progress: MoveProgress | undefined;
}

/** What `polyvec nodes` lists. */
@Injectable()
export class PlacesService {
  constructor(private readonly database: Database) {}

  /** As the server knows it now: it looks at the files of every table. */
  async overview(): Promise<PlacesOverview> {
    const isCluster = (await nodesOf(this.database)).length > 0;
    const nodes = await contentsOfNodes(this.database);
    const owners = await ownersOf(this.database);
    if (!isCluster) return { isCluster, nodes, owners, moving: new Set(), progress: undefined };
    const progress = await moveProgress(this.database);
    const moving = progress === undefined ? new Set<string>() : await movingPlaces(this.database);
    return { isCluster, nodes, owners, moving, progress };
  }
}
