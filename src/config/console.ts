import { oneOf, setting } from './values.js';

/** The settings of the console; a part of the gateway's. */
export const CONSOLE_SETTINGS = {
  console: setting<'on' | 'read-only' | 'off' | undefined>(
    'POLYVEC_CONSOLE',
    undefined,
    oneOf('on', 'read-only', 'off'),
    'The web console on the console port: `on`, `read-only`, which changes nothing, or `off`. Unset: `on`; `read-only` where other machines reach the port and no keys are asked for.',
  ),
} as const;
