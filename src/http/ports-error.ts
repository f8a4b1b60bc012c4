/** A port that could not be opened. */
export interface ClosedPort {
  readonly listener: { readonly name: string; readonly port: number | 'off'; readonly setting?: string };
  readonly reason: NodeJS.ErrnoException;
}

/** Says which ports could not be opened, why, and which settings choose others: one error for the ports of each setting. */
export function portsError(failures: readonly ClosedPort[], host: string): Error {
  const groups = new Map<string, ClosedPort[]>();
  for (const failure of failures) {
    const { setting, name } = failure.listener;
    const key = `${setting ?? name} ${failure.reason.code ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), failure]);
  }
  const errors = [...groups.values()].map((group) => groupError(group, host));
  const [first] = errors;
  if (first !== undefined && errors.length === 1) return first;
  return new AggregateError(errors, errors.map(({ message }) => message).join('; '));
}

function groupError(group: readonly ClosedPort[], host: string): Error {
  const [first, ...others] = group;
  const { name = '', setting } = first?.listener ?? {};
  const isBusy = first?.reason.code === 'EADDRINUSE';
  const ports = `port${others.length === 0 ? '' : 's'} ${rangesOf(group.map(({ listener }) => Number(listener.port)))}`;
  // listeners of one setting are numbered
  const label = others.length === 0 ? name : name.replace(/ \d+$/, '');
  const wayOut = setting === undefined ? '' : ` with ${setting}`;
  const busy = others.length === 0 ? 'it is in use; choose another one' : 'they are in use; choose others';
  const why = isBusy ? `${busy}${wayOut}` : `${first?.reason.message ?? ''}${setting === undefined ? '' : ` (${setting})`}`;
  return new Error(`cannot listen on ${host} ${ports} for ${label}: ${why}`, { cause: first?.reason });
}

/** Such as `5081 to 5090, 5095`. */
function rangesOf(ports: readonly number[]): string {
  const ranges: [first: number, last: number][] = [];
  for (const port of [...ports].sort((one, other) => one - other)) {
    const range = ranges.at(-1);
    if (range?.[1] === port - 1) range[1] = port;
    else ranges.push([port, port]);
  }
  return ranges.map(([first, last]) => (first === last ? String(first) : `${String(first)} to ${String(last)}`)).join(', ');
}
