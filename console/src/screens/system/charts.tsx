import 'uplot/dist/uPlot.min.css';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { SystemState } from '../../../../src/console/api/contract/system.js';
import { isDark } from '../../state/theme.js';

/** Readings that are kept: five minutes of one every two seconds. */
const KEPT = 150;
const COLOURS = ['#4f46e5', '#0d9488', '#c2410c', '#a21caf', '#64748b'];

interface Reading {
  readonly at: number;
  readonly requests: SystemState['requests'];
}

type Measure = (
  now: SystemState['requests'][number],
  before: SystemState['requests'][number] | undefined,
  seconds: number,
) => number | null;

const perSecond: Measure = (now, before, seconds) => (now.count - (before?.count ?? 0)) / seconds;
const meanMs: Measure = (now, before) => {
  const requests = now.count - (before?.count ?? 0);
  return requests === 0 ? null : ((now.seconds - (before?.seconds ?? 0)) / requests) * 1_000;
};

/** Rates since the screen was opened, of the gateway's own counters. */
export function Charts({ state }: { readonly state: SystemState }): JSX.Element {
  const readings = useRef<readonly Reading[]>([]);
  if (readings.current.at(-1)?.requests !== state.requests) {
    readings.current = [...readings.current.slice(1 - KEPT), { at: Date.now() / 1_000, requests: state.requests }];
  }
  return (
    <div class="charts">
      <Chart title="Requests a second" readings={readings.current} measure={perSecond} />
      <Chart title="Mean time, ms" readings={readings.current} measure={meanMs} />
    </div>
  );
}

interface ChartProperties {
  readonly title: string;
  readonly readings: readonly Reading[];
  readonly measure: Measure;
}

function Chart({ title, readings, measure }: ChartProperties): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const names = [...new Set(readings.flatMap(({ requests }) => requests.map(({ protocol }) => protocol)))].sort();
  const data = dataOf(readings, names, measure);
  const drawn = useRef(data);
  drawn.current = data;
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const made = new uPlot(optionsOf(element, names), drawn.current, element);
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: element.clientHeight - 34 }));
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

function dataOf(readings: readonly Reading[], names: readonly string[], measure: Measure): uPlot.AlignedData {
  const times = readings.slice(1).map(({ at }) => at);
  const series = names.map((name) =>
    readings.slice(1).map((reading, index) => {
      const before = readings[index];
      const of = (one: Reading | undefined): SystemState['requests'][number] | undefined =>
        one?.requests.find(({ protocol }) => protocol === name);
      const now = of(reading);
      return now === undefined || before === undefined ? null : measure(now, of(before), Math.max(0.001, reading.at - before.at));
    }),
  );
  return [times, ...series];
}

function latest(data: uPlot.AlignedData, names: readonly string[]): string {
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
    height: element.clientHeight - 34,
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
