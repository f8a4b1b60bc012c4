/** CPU time of the processes under test, from Linux' /proc. Elsewhere nothing is found, and nothing is reported. */
import { readdir, readFile } from 'node:fs/promises';

/** Seconds of CPU that each process has used, its threads included, by process id. */
export type CpuTimes = ReadonlyMap<number, number>;

interface Entry {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

const TICKS_PER_SECOND = 100;

/** The process and all that descend from it. */
export async function cpuOfTree(root: number): Promise<CpuTimes> {
  const entries = await processes();
  const found = new Set([root]);
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { pid, parent } of entries) if (found.has(parent)) found.add(pid);
  }
  return new Map(entries.filter(({ pid }) => found.has(pid)).map(({ pid, seconds }) => [pid, seconds]));
}

/** The sessions of one database on a Postgres server of this machine: their titles name it. */
export async function cpuOfDatabase(name: string): Promise<CpuTimes> {
  const times = new Map<number, number>();
  for (const { pid, seconds } of await processes()) {
    const title = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
    if (title.startsWith('postgres: ') && title.includes(` ${name} `)) times.set(pid, seconds);
  }
  return times;
}

/** Seconds used in between. A process that has ended meanwhile takes its share with it. */
export function cpuBetween(before: CpuTimes, after: CpuTimes): number {
  let sum = 0;
  for (const [pid, seconds] of after) sum += seconds - (before.get(pid) ?? 0);
  return sum;
}

async function processes(): Promise<readonly Entry[]> {
  const names = await readdir('/proc').catch(() => []);
  const entries = names
    .filter((name) => /^\d+$/.test(name))
    .map(async (name): Promise<Entry | undefined> => {
      const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
      // the second field, a name in parentheses, may hold anything
      const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
      if (fields.length < 13) return undefined;
      return {
        pid: Number(name),
        parent: Number(fields[1]),
        seconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      };
    });
  return (await Promise.all(entries)).filter((entry) => entry !== undefined);
}
