import { readConfig } from '../config/config.js';
import { consoleModeOf } from './console-mode.js';

describe('the console', () => {
  const open = { POLYVEC_HOST: '0.0.0.0' };
  const keys = { POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: 'a-root-key-that-is-long-enough-to-be-one' };

  it.each([
    ['on this machine alone', {}, 'on'],
    ['open to others without keys', open, 'read-only'],
    ['open to others with keys', { ...open, ...keys }, 'on'],
    ['open to others, as it was asked for', { ...open, POLYVEC_CONSOLE: 'on' }, 'on'],
    ['with keys, as it was asked for', { ...keys, POLYVEC_CONSOLE: 'read-only' }, 'read-only'],
    ['turned off', { POLYVEC_CONSOLE: 'off' }, 'off'],
  ])('%s is %s', (_where, environment, mode) => {
    expect(consoleModeOf(readConfig(environment))).toBe(mode);
  });
});
