import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { RequestLine } from '../../../../src/console/api/contract/streams.js';
import { ApiError, isAbort, lines, messageOf } from '../../api.js';
import { Button, IconButton } from '../../parts/button.js';
import { CopyButton } from '../../parts/copy.js';
import { SearchField } from '../../parts/field.js';
import { TimingBar } from '../../parts/plan-panel.js';
import { Empty } from '../../parts/states.js';
import { type Column, Table } from '../../parts/table.js';
import { bytes, dateTime, milliseconds, timeOfDay } from '../../state/format.js';
import { sentFromHere } from '../../state/history.js';
import { useParameters } from '../../state/url.js';

const KEPT = 500;
/** From here on a request is slow. */
const SLOW_MS = 100;
const DRAW_MS = 250;
const AGAIN_MS = 3_000;

/** Requests of clients as they end. */
export function Requests(): JSX.Element {
  const [parameters, change] = useParameters();
  const [isPaused, setPaused] = useState(false);
  const { rows, failure } = useFeed(isPaused);
  const only = parameters.get('only');
  const search = parameters.get('q') ?? '';
  const chosen = parameters.get('id');
  const shown = useMemo(() => rows.filter((row) => isWanted(row, only, search)), [rows, only, search]);
  const open = rows.find(({ id }) => id === chosen);
  const toggle = (name: string): void => change({ only: only === name ? null : name });
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Requests</h1>
        <span class="muted">of this instance, live</span>
        {failure !== null && <span class="tag bad">{failure}</span>}
        {isPaused && <span class="tag warning">paused</span>}
        <span class="grow" />
        <Button icon={isPaused ? 'play' : 'pause'} onClick={() => setPaused(!isPaused)} isPressed={isPaused}>
          {isPaused ? 'Go on' : 'Pause'}
        </Button>
      </header>
      <div class="toolbar">
        <SearchField
          label="Search requests"
          placeholder="Operation, collection, status, id"
          value={search}
          onChange={(q) => change({ q })}
        />
        <Button isPressed={only === 'slow'} onClick={() => toggle('slow')}>
          Slow only
        </Button>
        <Button isPressed={only === 'failed'} onClick={() => toggle('failed')}>
          Failed only
        </Button>
      </div>
      <div class={open === undefined ? 'records' : 'records with-panel'}>
        <div class="records-main">
          {shown.length === 0 ? (
            <Empty icon="requests" title={rows.length === 0 ? 'No requests yet' : 'No request like that'}>
              <p class="muted">They appear as they end. The last {KEPT} are kept.</p>
            </Empty>
          ) : (
            <Table
              label="Requests"
              columns={COLUMNS}
              rows={shown}
              keyOf={({ id }) => id}
              chosen={chosen}
              rowHeight={32}
              onOpen={({ id }) => change({ id })}
            />
          )}
        </div>
        {open !== undefined && <RequestPanel line={open} onClose={() => change({ id: null })} />}
      </div>
    </div>
  );
}

export function isFailed({ status }: Pick<RequestLine, 'status'>): boolean {
  return !/^(2|3|0$|OK$)/i.test(status);
}

function isWanted(row: RequestLine, only: string | null, search: string): boolean {
  if (only === 'slow' && row.totalMs < SLOW_MS) return false;
  if (only === 'failed' && !isFailed(row)) return false;
  const text = `${row.protocol} ${row.operation} ${row.collection ?? ''} ${row.status} ${row.id} ${row.keyId ?? ''}`;
  return text.toLowerCase().includes(search.toLowerCase());
}

const COLUMNS: readonly Column<RequestLine>[] = [
  { name: 'at', label: 'Time', width: '92px', cell: ({ at }) => timeOfDay(at) },
  {
    name: 'protocol',
    label: 'Protocol',
    width: '98px',
    cell: ({ protocol }) => <span class={`tag ${protocol}`}>{protocol}</span>,
  },
  { name: 'operation', label: 'Operation', width: 'minmax(180px, 2fr)', cell: ({ operation }) => <code>{operation}</code> },
  {
    name: 'collection',
    label: 'Collection',
    width: 'minmax(110px, 1fr)',
    cell: ({ collection }) => collection ?? <span class="muted">–</span>,
  },
  {
    name: 'status',
    label: 'Status',
    width: '76px',
    cell: (row) => <span class={isFailed(row) ? 'tag bad' : 'tag good'}>{row.status}</span>,
  },
  { name: 'total', label: 'Total', width: '84px', isNumber: true, cell: ({ totalMs }) => milliseconds(totalMs) },
  { name: 'database', label: 'Database', width: '84px', isNumber: true, cell: ({ databaseMs }) => milliseconds(databaseMs) },
  { name: 'wait', label: 'Wait', width: '80px', isNumber: true, cell: ({ poolMs }) => milliseconds(poolMs) },
  { name: 'bytes', label: 'Answer', width: '78px', isNumber: true, cell: (row) => bytes(row.bytes) },
  { name: 'plan', label: 'Plan', width: 'minmax(100px, 1.2fr)', cell: ({ plans }) => plans.join(' · ') },
  { name: 'key', label: 'Key', width: '90px', cell: ({ keyId }) => keyId ?? <span class="muted">–</span> },
];

interface Feed {
  /** The newest first. */
  readonly rows: readonly RequestLine[];
  readonly failure: string | null;
}

/** The stream of the gateway. Lines are drawn a few times a second, however many there are. */
function useFeed(isPaused: boolean): Feed {
  const [feed, setFeed] = useState<Feed>({ rows: [], failure: null });
  const waiting = useRef<RequestLine[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    void follow(controller.signal, waiting.current, (failure) => setFeed((before) => ({ ...before, failure })));
    return () => controller.abort();
  }, []);
  // before the page says that it is paused, so that nothing comes after that
  useLayoutEffect(() => {
    if (isPaused) return;
    const timer = window.setInterval(() => {
      const lately = waiting.current.splice(0);
      if (lately.length > 0) setFeed(({ rows, failure }) => ({ rows: merged(lately, rows), failure }));
    }, DRAW_MS);
    return () => window.clearInterval(timer);
  }, [isPaused]);
  return feed;
}

/** The stream begins with what has been, also when it is opened again. */
function merged(lately: readonly RequestLine[], rows: readonly RequestLine[]): readonly RequestLine[] {
  const known = new Set(rows.map(({ id }) => id));
  return [...lately.filter(({ id }) => !known.has(id)).reverse(), ...rows].slice(0, KEPT);
}

async function follow(signal: AbortSignal, to: RequestLine[], say: (failure: string | null) => void): Promise<void> {
  while (!signal.aborted) {
    try {
      say(null);
      for await (const line of lines<RequestLine>('GET', '/requests', { signal })) {
        to.push(line);
        if (to.length > KEPT) to.shift();
      }
    } catch (error) {
      if (isAbort(error)) return;
      say(messageOf(error));
      if (error instanceof ApiError && error.status === 401) return;
    }
    await new Promise((resolve) => window.setTimeout(resolve, AGAIN_MS));
  }
}

function RequestPanel({ line, onClose }: { readonly line: RequestLine; readonly onClose: () => void }): JSX.Element {
  const [, navigate] = useLocation();
  const isOurs = sentFromHere(line.id);
  return (
    <aside class="panel" aria-label={`Request ${line.id}`}>
      <header>
        <h2>{line.id}</h2>
        <CopyButton text={line.id} label="Copy the request id" isIcon />
        <IconButton icon="close" label="Close the panel" onClick={onClose} />
      </header>
      <TimingBar timing={line} />
      <dl class="facts-list">
        {(
          [
            ['At', dateTime(line.at)],
            ['Protocol', line.protocol],
            ['Operation', line.operation],
            ['Collection', line.collection ?? '–'],
            ['Status', line.status],
            ['Answer', bytes(line.bytes)],
            ['Key', line.keyId ?? '–'],
          ] as const
        ).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {line.plans.length > 0 && (
        <section>
          <h3>Plans</h3>
          {line.plans.map((plan, index) => (
            <p key={index}>
              <code>{plan}</code>
            </p>
          ))}
        </section>
      )}
      {isOurs ? (
        <Button icon="play" onClick={() => navigate(`/console?from=${encodeURIComponent(line.id)}`)}>
          Replay in the API console
        </Button>
      ) : (
        <p class="hint">Only what this tab has sent can be replayed: bodies of other requests are not kept.</p>
      )}
    </aside>
  );
}
