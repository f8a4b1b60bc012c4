import type { JSX } from 'preact';

/** Strokes on a grid of 16, one path each. */
const PATHS = {
  collections: 'M2.500 4.500 8 2l5.500 2.500L8 7zM2.500 8 8 10.500 13.500 8M2.500 11.500 8 14l5.500-2.500',
  requests: 'M1.500 8h3l2-5 3 10 2-5h3',
  code: 'm5 4.500-3.500 3.500L5 11.500M11 4.500l3.500 3.500-3.500 3.500M9 3 7 13',
  backups: 'M2.500 3h11v3h-11zM3.500 6v7h9V6M6.500 9h3',
  import: 'M8 2v8M4.500 6.800 8 10.300l3.500-3.500M2.500 10.500v3h11v-3',
  system: 'M2.500 3h11v4h-11zM2.500 9h11v4h-11zM5 5h.01M5 11h.01',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10zM10.700 10.700 14 14',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  close: 'm4 4 8 8M12 4l-8 8',
  copy: 'M5.500 5.500v-3h8v8h-3M2.500 5.500h8v8h-8z',
  trash: 'M2.500 4.500h11M6 4.500v-2h4v2M4 4.500l.700 9h6.600l.700-9M6.700 7v4M9.300 7v4',
  edit: 'm3 13 .700-3L11 2.700 13.300 5 6 12.300zM9.500 4.200l2.300 2.300',
  check: 'm3 8.500 3.200 3.200L13 4.800',
  filter: 'M2 3.500h12L9.500 9v4.500l-3-1.500V9z',
  more: 'M3.500 8h.01M8 8h.01M12.500 8h.01',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1.500v1M8 13.500v1M1.500 8h1M13.500 8h1M3.400 3.400l.700.700M11.900 11.900l.700.700M3.400 12.600l.700-.700M11.900 4.100l.700-.700',
  moon: 'M13.500 9.500A6 6 0 0 1 6.500 2.500a6 6 0 1 0 7 7z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12M8 5h4.500M8 8h6M8 11h4.500',
  pause: 'M5.500 3v10M10.500 3v10',
  play: 'M5 3v10l8-5z',
  lock: 'M3.500 7h9v6.500h-9zM5.500 7V5a2.500 2.500 0 0 1 5 0v2',
  link: 'M6.500 9.500a2.500 2.500 0 0 0 3.500 0l2.500-2.500A2.500 2.500 0 0 0 9 3.500L8 4.500M9.500 6.500a2.500 2.500 0 0 0-3.500 0L3.500 9A2.500 2.500 0 0 0 7 12.500l1-1',
  map: 'M4 11.500h.01M7 6h.01M11.500 9.500h.01M12 4h.01M9 12.500h.01M3.500 4.500h.01M6 9h.01',
  quality: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 10.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z',
  records: 'M2.500 3h11v10h-11zM2.500 6.300h11M2.500 9.600h11M6 3v10',
  help: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM6.300 6.300A1.800 1.800 0 1 1 8 8.500v.700M8 11.300h.01',
  down: 'm4 6 4 4 4-4',
  lasso:
    'M4 10.500C2.800 9.900 2 8.800 2 7.500 2 4.700 4.700 2.500 8 2.500s6 2.200 6 5-2.700 5-6 5c-.700 0-1.400-.100-2-.300M4 10.500a1.300 1.300 0 1 0 2 1.700c0-1-.800-1.900-2-1.700zM5.500 13c0 1-.500 1.500-1.500 1.500',
  refresh: 'M13.500 3v3.500H10M13 6.500A5.500 5.500 0 1 0 13.500 9',
} as const;

export type IconName = keyof typeof PATHS;

/** Decoration: what it stands for is said in words beside it, or by the label of its button. */
export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} fill="none" stroke="currentColor" stroke-width="1.4" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}

export function Logo(): JSX.Element {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="24" height="24" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--accent-strong)" />
      <g fill="#fff">
        <circle cx="10" cy="21" r="3.2" />
        <circle cx="21" cy="22" r="2.2" opacity=".75" />
        <circle cx="21" cy="11" r="3.6" />
        <circle cx="11" cy="10.5" r="1.8" opacity=".6" />
      </g>
    </svg>
  );
}
