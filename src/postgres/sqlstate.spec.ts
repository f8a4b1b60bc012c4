import { GatewayError } from '../errors.js';
import { Crowded } from './slots.js';
import { effectOf, leavesConnectionSound, NothingDone, translateDatabaseError } from './sqlstate.js';

function coded(code: string): Error {
  return Object.assign(new Error(`SELECT planted ${code}`), { code });
}

function subjectOf(error: unknown): string {
  const meaning = translateDatabaseError(error);
  return meaning instanceof GatewayError ? `${meaning.kind} ${meaning.detail.subject}` : 'ours';
}

describe('an error of the database', () => {
  it.each(['ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ETIMEDOUT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ENOENT'])(
    'means that there is no database: %s',
    (code) => {
      expect(subjectOf(coded(code))).toBe('unavailable database');
      expect(subjectOf(new NothingDone(coded(code)))).toBe('unavailable database');
      expect([effectOf(coded(code)), effectOf(new NothingDone(coded(code)))]).toEqual(['unknown', 'none']);
    },
  );

  it.each([
    ['57014', 'unavailable statement'],
    ['53100', 'unavailable storage'],
    ['53200', 'unavailable database'],
    ['25006', 'unavailable read_only'],
    ['22021', 'invalid text'],
    ['42601', 'ours'],
    ['42501', 'ours'],
    ['EPROTO', 'ours'],
  ])('is told by its code: %s', (code, meaning) => {
    expect(subjectOf(coded(code))).toBe(meaning);
  });

  it('is told by what the driver says, where there is no code', () => {
    expect(subjectOf(new Error('Query read timeout'))).toBe('unavailable statement');
    expect(subjectOf(new Error('Connection terminated unexpectedly'))).toBe('unavailable database');
    expect(subjectOf(new Error('timeout exceeded when trying to connect'))).toBe('unavailable database');
    expect(subjectOf(new Crowded('10 wait already'))).toBe('unavailable capacity');
    expect(subjectOf(new TypeError('undefined is not a function'))).toBe('ours');
  });

  it('is the lack of a database whenever no connection could be opened', () => {
    expect(subjectOf(new NothingDone(coded('28P01')))).toBe('unavailable database');
    expect(effectOf(new NothingDone(coded('28P01')))).toBe('final');
    expect(effectOf(new NothingDone(coded('57P03')))).toBe('none');
    expect(subjectOf(new NothingDone(new Error('Query read timeout')))).toBe('unavailable statement');
  });

  it('leaves its connection sound when it was an answer, and another may follow', () => {
    const isSound = (code: string): boolean => leavesConnectionSound(coded(code));
    expect(['23505', '25006', '40P01', '53100', '53200', '57014', '42P01'].map(isSound)).toEqual(new Array(7).fill(true));
    expect(['53300', '57P01', '57P03', '08006', '28P01', '25P03'].map(isSound)).toEqual(new Array(6).fill(false));
    expect(['EPIPE', 'ECONNRESET'].map(isSound)).toEqual([false, false]);
    expect(leavesConnectionSound(new Error('Query read timeout'))).toBe(false);
  });
});
