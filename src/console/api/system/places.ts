import { Injectable } from '@nestjs/common';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { type PlacesOverview, PlacesService } from '../../../records/maintenance/places.service.js';
import type { PlaceList, PlaceNode, PlaceRow } from '../contract/system.js';

const MAX_PLACES = 1_000;
/** The catalog, and the pool. */
const SHARED = 'polyvec';

type Contents = PlacesOverview['nodes'][number];

/** Where large collections lie, and how large they are there. */
@Injectable()
export class ConsolePlaces {
  constructor(
    private readonly places: PlacesService,
    private readonly work: LimitedWork,
  ) {}

  async list(): Promise<PlaceList> {
    const overview = await this.work.run(() => this.places.overview());
    const { isCluster, nodes, progress = null } = overview;
    return { isCluster, nodes: nodes.map((contents) => toNode(contents, overview)), move: progress };
  }
}

function toNode({ node, answers, places }: Contents, overview: PlacesOverview): PlaceNode {
  const { name, isCoordinator, isActive, takesPlaces } = node;
  const role = overview.isCluster ? (isCoordinator ? 'coordinator' : 'worker') : 'server';
  return {
    ...{ name, role, takesPlaces, answers: answers && isActive, placeCount: places.length },
    bytes: places.reduce((sum, { bytes }) => sum + bytes, 0),
    places: places.slice(0, MAX_PLACES).map((place) => toRow(place, overview)),
  };
}

function toRow({ place, bytes }: Contents['places'][number], { owners, moving }: PlacesOverview): PlaceRow {
  const owner = owners.get(place);
  const collection =
    owner === undefined ? null : { uuid: owner.uuid, tenant: owner.tenant, database: owner.database, name: owner.name };
  return { place, bytes, collection, isShared: place === SHARED, isMoving: moving.has(place) };
}
