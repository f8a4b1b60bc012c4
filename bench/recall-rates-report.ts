import { rowCount } from './datasets/dataset.js';
import { isKept } from './recall-loaded.js';
import { ratePlot, type RateRow } from './recall-plot.js';
import { CLIENT_COUNTS, type RateOptions, type RatePoint, type RateSet } from './recall-rates.js';
import { effortOf } from './recall-settings.js';
import { markdownTable, number, provenance } from './report.js';

const ENGINES = [
  { engine: 'Polyvec', name: 'Polyvec, by POLYVEC_RECALL' },
  { engine: 'Chroma', name: 'Chroma 1.5.9, by ef_search' },
] as const;

/** Recall, rates and latencies of every data set, as Markdown. */
export function ratesTable(sets: readonly RateSet[], { queries, rounds }: RateOptions, isQuick: boolean): string {
  const introduction =
    `recall@10 of ${String(queries)} queries that are none of the vectors, without a filter, and queries a second of ` +
    `${CLIENT_COUNTS.map(String).join(' and of ')} clients; the median of ${String(rounds)} round${rounds === 1 ? '' : 's'}.` +
    `${isQuick ? ' A first impression.' : ''} ${provenance('npm run bench -- recall --plot')}`;
  return [introduction, ...sets.map(setTable)].join('\n\n');
}

function setTable({ questions: { dataset }, points }: RateSet): string {
  const rates = CLIENT_COUNTS.flatMap((clients) => [`queries/s, ${clientsText(clients)}`, 'p50 ms']);
  const lines = markdownTable(['setting', 'recall@10', ...rates], points.map(line));
  return [`**${dataset.name}**: ${dataset.description}, distance ${dataset.space}.`, '', ...lines].join('\n');
}

function line(point: RatePoint): readonly string[] {
  const { engine, setting, recall, plan, cells } = point;
  const shown =
    engine === 'Polyvec' ? `POLYVEC_RECALL ${String(setting)} (ef_search ${effortOf(plan)})` : `ef_search ${String(setting)}`;
  return [
    engine === 'Chroma' ? 'Chroma 1.5.9' : engine,
    shown,
    isGoodPoint(point) ? recall.toFixed(3) : `**${recall.toFixed(3)}**`,
    ...cells.flatMap(({ perSecond, p50 }) => [number(perSecond), p50.toFixed(1)]),
  ];
}

/** Of Polyvec, whether it keeps the recall that is asked for. */
export function isGoodPoint({ engine, setting, recall }: RatePoint): boolean {
  return engine === 'Chroma' || isKept(setting, recall);
}

/** Whether Chroma's server finds more with the largest `ef_search` than with the least: otherwise it was not configured. */
export function hasEffect({ points }: RateSet): boolean {
  const chroma = points.filter(({ engine }) => engine === 'Chroma');
  return (chroma.at(-1)?.recall ?? 0) > (chroma.at(0)?.recall ?? 1);
}

/** The same as a picture, in SVG. */
export function ratesPicture(sets: readonly RateSet[]): string {
  return ratePlot('Queries a second by recall@10: up and to the right is better', sets.map(rowOf));
}

function rowOf({ questions: { dataset }, points }: RateSet): RateRow {
  const panels = CLIENT_COUNTS.map((clients, at) => ({
    title: `${clientsText(clients)}, queries/s`,
    lines: ENGINES.map(({ engine, name }) => ({
      name,
      points: points
        .filter((point) => point.engine === engine)
        .map(({ recall, setting, cells }) => ({ recall, perSecond: cells[at]?.perSecond ?? 0, label: String(setting) })),
    })),
  }));
  return { title: `${rowCount(dataset).toLocaleString('en')} × ${String(dataset.dimension)}`, panels };
}

function clientsText(clients: number): string {
  return `${String(clients)} client${clients === 1 ? '' : 's'}`;
}
