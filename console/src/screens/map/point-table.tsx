import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { MapHeader } from '../../../../src/console/api/contract/streams.js';
import { type Column, Table } from '../../parts/table.js';
import { Tabs } from '../../parts/tabs.js';
import { count } from '../../state/format.js';
import type { Oddities } from './neighbours.js';

interface PointTableProperties {
  readonly header: MapHeader;
  readonly colorBy: string;
  readonly picked: readonly number[] | null;
  readonly lit: readonly number[] | null;
  readonly oddities: Oddities | null;
  readonly chosen: string | null;
  readonly onOpen: (id: string) => void;
}

type View = 'points' | 'picked' | 'lit' | 'duplicates' | 'outliers';

/** The same points as a table, and what is odd about some. */
export function PointTable({ header, colorBy, picked, lit, oddities, chosen, onOpen }: PointTableProperties): JSX.Element {
  const [wanted, setWanted] = useState<View | null>(null);
  const duplicates = oddities?.duplicates.flat() ?? [];
  const outliers = oddities?.outliers ?? [];
  const views: readonly { readonly name: View; readonly label: string; readonly points: readonly number[] | null }[] = [
    { name: 'points', label: `All points ${count(header.count)}`, points: null },
    ...(picked === null ? [] : [{ name: 'picked' as const, label: `Picked ${count(picked.length)}`, points: picked }]),
    ...(lit === null ? [] : [{ name: 'lit' as const, label: `Lit ${count(lit.length)}`, points: lit }]),
    { name: 'duplicates', label: `Duplicates ${count(duplicates.length)}`, points: duplicates },
    { name: 'outliers', label: `Outliers ${count(outliers.length)}`, points: outliers },
  ];
  const usual: View = picked !== null ? 'picked' : lit !== null ? 'lit' : 'points';
  const shown = views.find(({ name }) => name === (wanted ?? usual)) ?? views[0];
  const rows = shown?.points ?? header.ids.map((_, point) => point);
  const columns: readonly Column<number>[] = [
    { name: 'id', label: 'Id', width: 'minmax(160px, 2fr)', cell: (point) => <code>{header.ids[point]}</code> },
    ...(header.colors === null
      ? []
      : [
          {
            name: 'colour',
            label: colorBy,
            width: 'minmax(120px, 1fr)',
            cell: (point: number) => String(header.colors?.[point] ?? '–'),
          },
        ]),
  ];
  return (
    <div class="point-table">
      <Tabs label="Points" tabs={views} chosen={shown?.name ?? 'points'} onChoose={setWanted}>
        {rows.length === 0 ? (
          <p class="muted">None among these.</p>
        ) : (
          <Table
            label="Points"
            columns={columns}
            rows={rows}
            keyOf={(point) => header.ids[point] ?? ''}
            chosen={chosen}
            rowHeight={30}
            onOpen={(point) => onOpen(header.ids[point] ?? '')}
          />
        )}
      </Tabs>
    </div>
  );
}
