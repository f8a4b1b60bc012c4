import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { ComponentChildren, JSX } from 'preact';
import { type MutableRef, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';
import { useShortcuts } from '../state/keyboard.js';

export interface Column<Row> {
  readonly name: string;
  readonly label: ComponentChildren;
  /** A track of a CSS grid: `120px`, `minmax(80px, 1fr)`. */
  readonly width: string;
  readonly isNumber?: boolean;
  readonly cell: (row: Row, index: number) => ComponentChildren;
  /** Sorted by it: said by the head. */
  readonly sort?: 'ascending' | 'descending' | 'none';
}

interface TableProperties<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** The row that is shown elsewhere; null: none. */
  readonly chosen?: string | null;
  readonly onOpen?: (row: Row) => void;
  readonly onActive?: (row: Row) => void;
  /** Keys that do something with the active row: `e`, `Del`. */
  readonly onKey?: (key: string, row: Row) => void;
  readonly rowClass?: (row: Row) => string;
  /** The end has come into view. */
  readonly onEnd?: () => void;
  readonly rowHeight?: number;
}

/** A grid of which only the rows in view exist. `j`, `k` and the arrows go through the rows, Enter opens one. */
export function Table<Row>(properties: TableProperties<Row>): JSX.Element {
  const { label, columns, rows, keyOf, chosen = null, onOpen, rowClass, onEnd, rowHeight = 36 } = properties;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual(scroller, rows.length, rowHeight);
  const { active, goTo } = useActiveRow(properties, virtual, scroller);
  const items = virtual.getVirtualItems();
  const end = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length > 0 && end >= rows.length - 10) onEnd?.();
  }, [end, rows.length, onEnd]);
  return (
    <div class="grid-scroll" ref={scroller}>
      <div
        role="grid"
        class="grid"
        aria-label={label}
        aria-rowcount={rows.length + 1}
        style={{ '--columns': columns.map(({ width }) => width).join(' '), '--row': `${rowHeight}px` }}
      >
        <div role="row" class="grid-head" aria-rowindex={1}>
          {columns.map(({ name, label: head, isNumber, sort }) => (
            <div
              key={name}
              role="columnheader"
              class={isNumber === true ? 'number' : ''}
              {...(sort !== undefined && { 'aria-sort': sort })}
            >
              {head}
            </div>
          ))}
        </div>
        <div role="rowgroup" class="grid-body" style={{ height: `${virtual.getTotalSize()}px` }}>
          {items.map(({ index, start }) => {
            const row = rows[index];
            if (row === undefined) return null;
            const key = keyOf(row);
            return (
              <div
                key={key}
                role="row"
                class={`grid-row ${rowClass?.(row) ?? ''}`}
                aria-rowindex={index + 2}
                aria-selected={key === chosen}
                data-index={index}
                tabIndex={index === active ? 0 : -1}
                style={{ transform: `translateY(${start}px)` }}
                onFocus={() => goTo(index, false)}
                onClick={() => {
                  // who selects text does not want to go anywhere
                  if (window.getSelection()?.type !== 'Range') onOpen?.(row);
                }}
              >
                {columns.map(({ name, isNumber, cell }) => (
                  <div key={name} role="gridcell" class={isNumber === true ? 'number' : ''}>
                    {cell(row, index)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

type Scroller = MutableRef<HTMLDivElement | null>;

function useVirtual(scroller: Scroller, count: number, rowHeight: number): Virtualizer<HTMLDivElement, HTMLDivElement> {
  const [, draw] = useReducer((round: number) => round + 1, 0);
  const held = useRef<Virtualizer<HTMLDivElement, HTMLDivElement> | null>(null);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => draw(0),
    initialRect: { width: 0, height: 600 },
  };
  const virtual = (held.current ??= new Virtualizer<HTMLDivElement, HTMLDivElement>(options));
  virtual.setOptions(options);
  useEffect(() => virtual._didMount(), [virtual]);
  useLayoutEffect(() => virtual._willUpdate());
  return virtual;
}

interface ActiveRow {
  readonly active: number;
  readonly goTo: (index: number, isFocused?: boolean) => void;
}

function useActiveRow<Row>(
  properties: TableProperties<Row>,
  virtual: Virtualizer<HTMLDivElement, HTMLDivElement>,
  scroller: Scroller,
): ActiveRow {
  const { onOpen, onKey } = properties;
  const [wanted, setWanted] = useState(0);
  // a key may come before the effects of the last drawing have run: it means the rows that are in view
  const drawn = useRef(properties);
  drawn.current = properties;
  const latest = useRef(0);
  const within = (index: number): number => Math.min(index, Math.max(0, drawn.current.rows.length - 1));
  const active = within(wanted);
  const now = (): number => within(latest.current);
  const goTo = (index: number, isFocused = true): void => {
    const to = within(Math.max(0, index));
    const row = drawn.current.rows[to];
    if (row === undefined) return;
    latest.current = to;
    setWanted(to);
    drawn.current.onActive?.(row);
    if (!isFocused) return;
    virtual.scrollToIndex(to);
    const focus = (): boolean => {
      const element = scroller.current?.querySelector<HTMLElement>(`[data-index="${to}"]`);
      element?.focus();
      return element !== null && element !== undefined;
    };
    // a row out of view is made first
    if (!focus()) requestAnimationFrame(focus);
  };
  const isHere = (): boolean => scroller.current?.contains(document.activeElement) === true;
  const openRow = (): void => {
    const row = drawn.current.rows[now()];
    if (row !== undefined) drawn.current.onOpen?.(row);
  };
  const sendKey = (key: string): void => {
    const row = drawn.current.rows[now()];
    if (row !== undefined) drawn.current.onKey?.(key, row);
  };
  useShortcuts(
    [
      { keys: 'j', about: 'Next row', run: () => goTo(isHere() ? now() + 1 : now()) },
      { keys: 'ArrowDown', about: 'Next row', run: () => goTo(isHere() ? now() + 1 : now()) },
      { keys: 'k', about: 'Row before', run: () => goTo(now() - 1) },
      { keys: 'ArrowUp', about: 'Row before', run: () => goTo(now() - 1) },
      // a button within a row has its own Enter
      ...(onOpen === undefined ? [] : [{ keys: 'Enter', about: 'Open the row', run: () => openFocused(scroller, openRow) }]),
      ...(onKey === undefined
        ? []
        : [
            { keys: 'e', about: 'Edit the row', run: () => sendKey('e') },
            { keys: 'Del', about: 'Delete, after a preview', run: () => sendKey('Del') },
          ]),
    ],
    [onOpen === undefined, onKey === undefined],
  );
  return { active, goTo };
}

function openFocused(scroller: Scroller, open: () => void): void {
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused.matches('button, a, summary, [role=tab]')) focused.click();
  else if (scroller.current?.contains(focused) === true) open();
}
