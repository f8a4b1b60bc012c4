import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process, distinguished from a later one with the same number where the system allows it. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since the machine started; missing outside Linux. */
  readonly startedAt?: string;
}

/** Names the set of processes that a pid is looked up in: two containers may each have a process 1. */
export function processSpace(): string {
  try {
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}

/** Who runs under this pid now, if anyone. */
export function identify(pid: number): ProcessIdentity | undefined {
  if (process.platform !== 'linux') return exists(pid) ? { pid } : undefined;
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    // the second field, a name in parentheses, may itself hold blanks and parentheses
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isZombie = fields[0] === 'Z' || fields[0] === 'X';
    const startedAt = fields[19];
    return isZombie || startedAt === undefined ? undefined : { pid, startedAt };
  } catch {
    return undefined;
  }
}

/** `unknown`: some process has the number, but it may be another one. */
export function presence(process: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  const now = identify(process.pid);
  if (now === undefined) return 'dead';
  if (now.startedAt === undefined || process.startedAt === undefined) return 'unknown';
  return now.startedAt === process.startedAt ? 'alive' : 'dead';
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
