import type { JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { PlaceList, PlaceNode, PlaceRow } from '../../../../src/console/api/contract/system.js';
import { call } from '../../api.js';
import { Bar, Failed, Loading } from '../../parts/states.js';
import { bytes, count } from '../../state/format.js';
import { useInterval, useResource } from '../../state/resource.js';

/** Sizes are read from the disk, so they are not asked for as often as figures in memory. */
const LOOK_MS = 10_000;

/** Which large collection lies where: on nodes, where the database is a cluster. */
export function Places(): JSX.Element {
  const list = useResource((signal) => call<PlaceList>('GET', '/places', { signal }), []);
  useInterval(list.reload, LOOK_MS);
  const { data, error } = list;
  return (
    <section class="card" aria-label="Places">
      <div class="row">
        <h2>{data?.isCluster === true ? 'Nodes and places' : 'Places'}</h2>
        <span class="muted">A large collection has a schema of its own, its place.</span>
        <span class="grow" />
        {data !== undefined && error !== undefined && <span class="tag bad">{error.message}</span>}
      </div>
      {data === undefined ? (
        error === undefined ? (
          <Loading what="places" />
        ) : (
          <Failed error={error} onRetry={list.reload} />
        )
      ) : (
        <>
          {data.move !== null && <Move move={data.move} />}
          {data.nodes.map((node) => (
            <Node key={node.name} node={node} isCluster={data.isCluster} />
          ))}
        </>
      )}
    </section>
  );
}

function Move({ move: { copied, total, status } }: { readonly move: NonNullable<PlaceList['move']> }): JSX.Element {
  return (
    <p class="state" role="status">
      <Bar share={total === 0 ? 0 : copied / total} label="Places being moved" />
      <span>
        moving {bytes(copied)} of {bytes(total)}
        {status === '' ? '' : `, ${status}`}
      </span>
    </p>
  );
}

function Node({ node, isCluster }: { readonly node: PlaceNode; readonly isCluster: boolean }): JSX.Element {
  const { name, role, answers, takesPlaces, places, placeCount } = node;
  return (
    <div class="node">
      {isCluster && (
        <h3 class="row">
          <code>{name}</code> <span class="muted">{role}</span>
          {answers ? <span class="muted">{bytes(node.bytes)}</span> : <span class="tag bad">down</span>}
          {!takesPlaces && role === 'worker' && <span class="tag warning">takes no places</span>}
        </h3>
      )}
      {places.length === 0 ? (
        <p class="muted">There are no places on it.</p>
      ) : (
        <div class="scroll-x tall" tabIndex={0} role="region" aria-label={`Places on ${name}`}>
          <table class="listing">
            <thead>
              <tr>
                <th>Collection</th>
                <th>Place</th>
                <th class="number">Size</th>
                <th>State</th>
              </tr>
            </thead>
            <tbody>
              {places.map((row) => (
                <Row key={row.place} row={row} isKnown={answers} />
              ))}
            </tbody>
          </table>
          {placeCount > places.length && <p class="muted">and {count(placeCount - places.length)} smaller ones</p>}
        </div>
      )}
    </div>
  );
}

function Row({ row, isKnown }: { readonly row: PlaceRow; readonly isKnown: boolean }): JSX.Element {
  const { place, collection, isShared, isMoving } = row;
  return (
    <tr>
      <td>
        {collection !== null ? (
          <Link href={`/c/${collection.uuid}/records`} title={`${collection.tenant} / ${collection.database}`}>
            {collection.name}
          </Link>
        ) : isShared ? (
          <span class="muted">the catalog, and all small collections</span>
        ) : (
          <span class="muted">none</span>
        )}
      </td>
      <td>
        <code>{place}</code>
      </td>
      <td class="number">{isKnown ? bytes(row.bytes) : 'unknown'}</td>
      <td>{isMoving ? <span class="tag warning">moving</span> : ''}</td>
    </tr>
  );
}
