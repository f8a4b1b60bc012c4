import { type Config, readConfig } from '../config/config.js';

/** What commands read that look after the database: no request waits for them. */
const UNHURRIED = { statementTimeoutMs: String(24 * 3_600_000) };

/** Prints a line for a person. */
export type Print = (line: string) => void;

export type Overrides = Partial<Record<keyof Config, string>>;

/** The settings of a command that looks after the database. @throws ConfigError */
export function maintenanceConfig(environment: Readonly<Record<string, string | undefined>>, overrides: Overrides): Config {
  return readConfig(environment, { ...overrides, ...UNHURRIED });
}
