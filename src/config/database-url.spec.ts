import fc from 'fast-check';
import { parseDatabaseUrl } from './database-url.js';

const urlsOf = (text: string): readonly string[] => parseDatabaseUrl(text).hosts.map(({ url }) => url);

describe('parseDatabaseUrl', () => {
  it('leaves the URL of one host as it is, and takes any server there', () => {
    for (const url of [
      'postgres://u:p@h/db?sslmode=verify-full',
      'postgresql://u:p%40@[::1]:6543/db',
      'postgres:///db?host=/var/run/postgresql',
      'postgres://u@%2Fvar%2Frun/db',
    ]) {
      expect(parseDatabaseUrl(url)).toMatchObject({ hosts: [{ url }], target: 'any' });
    }
  });

  it('makes a URL of each of several hosts, in their order', () => {
    expect(urlsOf('postgres://u:p@h1:5433,h2:5434,h3/db?sslmode=require&application_name=x')).toEqual([
      'postgres://u:p@h1:5433/db?sslmode=require&application_name=x',
      'postgres://u:p@h2:5434/db?sslmode=require&application_name=x',
      'postgres://u:p@h3:5432/db?sslmode=require&application_name=x',
    ]);
  });

  it('takes one port for all as a parameter', () => {
    expect(urlsOf('postgres://h1,h2/db?port=6432&sslmode=require')).toEqual([
      'postgres://h1:6432/db?sslmode=require',
      'postgres://h2:6432/db?sslmode=require',
    ]);
  });

  it('takes IPv6 addresses in brackets', () => {
    expect(urlsOf('postgres://u@[::1]:5433,[fe80::1]/db')).toEqual([
      'postgres://u@[::1]:5433/db',
      'postgres://u@[fe80::1]:5432/db',
    ]);
  });

  it('wants the server that takes writes of several, unless it is given otherwise', () => {
    expect(parseDatabaseUrl('postgres://h1,h2/db').target).toBe('read-write');
    expect(parseDatabaseUrl('postgres://h1,h2/db?target_session_attrs=any').target).toBe('any');
    expect(parseDatabaseUrl('postgres://h1,h2/db?target_session_attrs=primary').target).toBe('primary');
    expect(parseDatabaseUrl('postgres://h1/db?target_session_attrs=read-write').target).toBe('read-write');
  });

  it('takes no part of a password for a host', () => {
    expect(urlsOf('postgres://u:a,b@c@h1,h2/db')).toEqual(['postgres://u:a,b@c@h1:5432/db', 'postgres://u:a,b@c@h2:5432/db']);
    expect(parseDatabaseUrl('postgres://u:a,b@h1/db').hosts).toHaveLength(1);
  });

  it('says where the database is without user and password', () => {
    expect(parseDatabaseUrl('postgres://u:secret@h1:5433,[::1]/db?x=y').place).toBe('h1:5433,[::1]:5432/db');
    expect(parseDatabaseUrl('postgres://u:secret@h1/db').place).toBe('h1:5432/db');
  });

  it.each([
    ['mysql://h/db', 'a postgres:// URL'],
    ['postgres://h:port/db', 'a postgres:// URL'],
    ['postgres://h1,,h2/db', 'whose hosts are host:port'],
    ['postgres://h1,h2:/db', 'whose hosts are host:port'],
    ['postgres://h1,::1/db', 'whose hosts are host:port'],
    ['postgres://h1,h 2/db', 'whose hosts are host:port'],
    ['postgres://h1,h2:0/db', 'ports are from 1 to 65535'],
    ['postgres://h1,h2:70000/db', 'ports are from 1 to 65535'],
    ['postgres://h1,h2/db?port=1,2', 'ports are from 1 to 65535'],
    ['postgres://h1:1,h2/db?port=2', 'either a port for each host or the parameter port'],
    ['postgres:///db?host=h1,h2', 'hosts before the slash'],
    ['postgres://u:123,4/5@h1,h2/db', 'slashes as %2F'],
    ['postgres://h1,h2/db?host=h3', 'names its hosts once'],
    ['postgres://h1,h2/db?target_session_attrs=standby', 'any, read-write or primary'],
    ['postgres://h1/db?target_session_attrs=prefer-standby', 'any, read-write or primary'],
  ])('refuses %s', (url, message) => {
    expect(() => parseDatabaseUrl(url)).toThrow(message);
  });

  it('never repeats the URL in an error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\w:,@/?#[\]%.-]{0,20}$/), (end) => {
        const url = `postgres://u:pAssw0rd@h1,${end}`;
        expect(messageOf(() => parseDatabaseUrl(url))).not.toContain('pAssw0rd');
      }),
    );
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
    return '';
  } catch (error) {
    return String(error);
  }
}
