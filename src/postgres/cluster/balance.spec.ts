import { planBalance } from './balance.js';
import type { NodeContents } from './node-places.js';

function node(name: string, sizes: Readonly<Record<string, number>>, change: Partial<NodeContents['node']> = {}): NodeContents {
  const places = Object.entries(sizes).map(([place, bytes]) => ({ place, bytes, isDistributed: place !== 'polyvec' }));
  const [host = '', port = ''] = name.split(':');
  const own = { name, host, port: Number(port), isCoordinator: false, isActive: true, takesPlaces: true };
  return { node: { ...own, ...change }, answers: true, places };
}

describe('a plan of moves', () => {
  it('brings places from the largest node to the smallest, until they are about equal', () => {
    const moves = planBalance([node('a:1', { polyvec_1: 50, polyvec_2: 30, polyvec_3: 20 }), node('b:1', {})]);
    expect(moves).toEqual([{ place: 'polyvec_1', bytes: 50, from: 'a:1', to: 'b:1' }]);
  });

  it('is empty for nodes that are about equal', () => {
    expect(planBalance([node('a:1', { polyvec_1: 50 }), node('b:1', { polyvec_2: 52 })])).toEqual([]);
  });

  it('moves nothing that would only turn the difference round', () => {
    expect(planBalance([node('a:1', { polyvec_1: 100 }), node('b:1', {})])).toEqual([]);
  });

  it('spreads over several nodes', () => {
    const moves = planBalance([
      node('a:1', { polyvec_1: 10, polyvec_2: 10, polyvec_3: 10, polyvec_4: 10, polyvec_5: 10, polyvec_6: 10 }),
      node('b:1', {}),
      node('c:1', {}),
    ]);
    expect(moves.map(({ to }) => to).sort()).toEqual(['b:1', 'b:1', 'c:1', 'c:1']);
    expect(new Set(moves.map(({ place }) => place)).size).toBe(4);
  });

  it('leaves alone what is not distributed, and nodes that are down or take no places', () => {
    const down = { ...node('b:1', {}), answers: false };
    const coordinator = node('c:1', { polyvec: 500 }, { isCoordinator: true, takesPlaces: false });
    expect(planBalance([node('a:1', { polyvec_1: 50, polyvec_2: 50 }), down, coordinator])).toEqual([]);
  });
});
