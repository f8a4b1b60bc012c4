import 'uplot/dist/uPlot.min.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { SystemState } from '../../../../src/console/api/contract/system.js';
import { isDark } from '../../state/theme.js';

/** Readings that are kept: five minutes of one every two seconds. */
const KEPT = 150;
/** The height of two lines below a chart, in pixels. */
const LEGEND = 64;
const COLOURS = ['#4f46e5', '#0d9488', '#c2410c', '#a21caf', '#64748b'];

/** Counters of one series, at one time. */
interface Counted {
  readonly name: string;
  readonly count: number;
  readonly seconds: number;
}

interface Reading {
  readonly at: number;
  readonly requests: readonly Counted[];
  readonly plans: readonly Counted[];
}

type Measure = (now: Counted, before: Counted | undefined, seconds: number) => number | null;

const perSecond: Measure = (now, before, seconds) => (now.count - (before?.count ?? 0)) / seconds;
const meanMs: Measure = (now, before) => {
  const requests = now.count - (before?.count ?? 0);
  return requests === 0 ? null : ((now.seconds - (before?.seconds ?? 0)) / requests) * 1_000;
};

/** Rates since the screen was opened, of the gateway's own counters. */
export function Charts({ state }: { readonly state: SystemState }): JSX.Element {
  const read = useRef<SystemState | null>(null);
  const readings = useRef<readonly Reading[]>([]);
  if (read.current !== state) {
    read.current = state;
    readings.current = [...readings.current.slice(1 - KEPT), readingOf(state)];
  }
  return (
    <div class="charts">
      <Chart title="Requests a second" readings={readings.current} of="requests" measure={perSecond} />
      <Chart title="Mean time, ms" readings={readings.current} of="requests" measure={meanMs} />
      <Chart title="Searches a second, by plan" readings={readings.current} of="plans" measure={perSecond} />
    </div>
  );
}

function readingOf({ requests, plans }: SystemState): Reading {
  return {
    at: Date.now() / 1_000,
    requests: requests.map(({ protocol, count, seconds }) => ({ name: protocol, count, seconds })),
    plans: plans.map(({ plan, count }) => ({ name: plan, count, seconds: 0 })),
  };
}

interface ChartProperties {
  readonly title: string;
  readonly readings: readonly Reading[];
  readonly of: 'requests' | 'plans';
  readonly measure: Measure;
}

function Chart({ title, readings, of, measure }: ChartProperties): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const names = [...new Set(readings.flatMap((reading) => reading[of].map(({ name }) => name)))].sort();
  const data = dataOf(readings, of, names, measure);
  const drawn = useRef(data);
  drawn.current = data;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(element, names), drawn.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: element.clientHeight - LEGEND }),
    );
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
    };
  }, [names.join(), isDark.value]);
  useEffect(() => chart.current?.setData(data), [readings]);
  return (
    <section class="card">
      <h2>{title}</h2>
      <div class="chart" ref={place} role="img" aria-label={`${title}, lately: ${latest(data, names)}`} />
    </section>
  );
}

function dataOf(
  readings: readonly Reading[],
  of: ChartProperties['of'],
  names: readonly string[],
  measure: Measure,
): uPlot.AlignedData {
  const times = readings.slice(1).map(({ at }) => at);
  const series = names.map((name) =>
    readings.slice(1).map((reading, index) => {
      const before = readings[index];
      const counted = (one: Reading | undefined): Counted | undefined => one?.[of].find((series) => series.name === name);
      const now = counted(reading);
      if (now === undefined || before === undefined) return null;
      return measure(now, counted(before), Math.max(0.001, reading.at - before.at));
    }),
  );
  return [times, ...series];
}

function latest(data: uPlot.AlignedData, names: readonly string[]): string {
  if (names.length === 0) return 'nothing';
  return names.map((name, index) => `${name} ${data[index + 1]?.at(-1)?.toFixed(1) ?? 'nothing'}`).join(', ');
}

function optionsOf(element: HTMLElement, names: readonly string[]): uPlot.Options {
  const style = getComputedStyle(element);
  const axis = {
    stroke: style.getPropertyValue('--text-2'),
    grid: { stroke: style.getPropertyValue('--line'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: Math.max(200, element.clientWidth),
    height: element.clientHeight - LEGEND,
    cursor: { y: false, drag: { x: false } },
    axes: [axis, { ...axis, size: 44 }],
    scales: { y: { range: (_chart, _low, high) => [0, Math.max(1, high * 1.1)] } },
    series: [
      {},
      ...names.map((label, index) => {
        const stroke = COLOURS[index % COLOURS.length] ?? '';
        return {
          label,
          stroke,
          width: 1.75,
          points: { show: false },
          value: (_chart: uPlot, value: number | null) => value?.toFixed(1) ?? '–',
        };
      }),
    ],
  };
}
