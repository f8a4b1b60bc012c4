import { parseDatabaseUrl } from '../config/database-url.js';
import { HostFailed, Hosts, NoHost, NotWanted, whereabouts } from './hosts.js';
import { effectOf, NothingDone, translateDatabaseError } from './sqlstate.js';

const hostsOf = (url: string): Hosts => new Hosts(parseDatabaseUrl(url));
const refused = (code: string): HostFailed => new HostFailed('h:5432', Object.assign(new Error(code), { code }));

describe('the hosts of a database', () => {
  it('are tried in order, from the last good one', () => {
    const hosts = hostsOf('postgres://h1,h2,h3/db');
    const [h1, h2] = [hosts.next, parseDatabaseUrl('postgres://h2/db').hosts[0]];
    hosts.failed(h1);
    expect(hosts.next.place).toBe(h2?.place);
    hosts.succeeded(hosts.next);
    hosts.failed(hosts.next);
    expect(hosts.next.place).toBe('h3:5432');
    hosts.failed(hosts.next);
    expect(hosts.next).toBe(h1);
  });

  it('are passed over once, however many connections fail there at the same time', () => {
    const hosts = hostsOf('postgres://h1,h2,h3/db');
    const first = hosts.next;
    hosts.failed(first);
    hosts.failed(first);
    expect(hosts.next.place).toBe('h2:5432');
  });

  it('are left by every connection when another one takes writes, and by none when any will do', () => {
    const moves = (url: string): readonly unknown[] => {
      const hosts = hostsOf(url);
      const first = hosts.next;
      let moved = 0;
      const stop = hosts.onMove(() => (moved += 1));
      hosts.succeeded(first);
      hosts.succeeded(first);
      hosts.failed(first);
      hosts.succeeded(hosts.next);
      stop();
      hosts.succeeded(first);
      hosts.succeeded(hosts.next);
      return [moved, hosts.isCurrent(first)];
    };
    expect(moves('postgres://h1,h2/db')).toEqual([2, true]);
    expect(moves('postgres://h1,h2/db?target_session_attrs=any')).toEqual([0, true]);
  });

  it('are wanted as target_session_attrs says', () => {
    const [standby, readOnly, primary] = [
      { standby: true, read_only: true },
      { standby: false, read_only: true },
      { standby: false, read_only: false },
    ];
    const accepted = (target: string): readonly boolean[] =>
      [standby, readOnly, primary].map((state) => {
        try {
          hostsOf(`postgres://h1,h2/db?target_session_attrs=${target}`).require(state);
          return true;
        } catch (error) {
          expect(error).toBeInstanceOf(NotWanted);
          return false;
        }
      });
    expect(accepted('any')).toEqual([true, true, true]);
    expect(accepted('primary')).toEqual([false, true, true]);
    expect(accepted('read-write')).toEqual([false, false, true]);
  });

  it('need not be found when there is one, and any server will do', () => {
    expect(whereabouts('postgres://h/db')).toEqual({ connectionString: 'postgres://h/db' });
    expect(whereabouts('postgres://h1,h2/db')).toEqual(whereabouts('postgres://h1,h2/db'));
    expect(whereabouts('postgres://h/db?target_session_attrs=primary')).toHaveProperty('hosts');
  });
});

describe('no host that can be used', () => {
  const meaning = (...codes: readonly string[]): unknown => {
    const error = new NothingDone(new NoHost(codes.map(refused)));
    return [effectOf(error), translateDatabaseError(error)];
  };

  it('is waited for while servers are down, or take no writes', () => {
    expect(meaning('25006', '25006')).toMatchObject(['none', { kind: 'unavailable', detail: { subject: 'read_only' } }]);
    expect(meaning('ECONNREFUSED', '25006')).toMatchObject(['none', { kind: 'unavailable', detail: { subject: 'database' } }]);
    expect(meaning('57P03', 'ETIMEDOUT')).toMatchObject(['none', { kind: 'unavailable', detail: { subject: 'database' } }]);
  });

  it('is final when one of them does not know us', () => {
    expect(meaning('ECONNREFUSED', '28P01', '25006')).toMatchObject(['final', { kind: 'unavailable' }]);
  });
});
