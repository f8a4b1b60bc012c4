import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';
const STORED = 'polyvec.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

export const theme = signal<Theme>(stored());
/** What is shown, whoever chose it. */
export const isDark = signal(false);

export function showTheme(): void {
  isDark.value = theme.value === 'system' ? system.matches : theme.value === 'dark';
  document.documentElement.dataset['theme'] = isDark.value ? 'dark' : 'light';
}

/** System, then light, then dark, then system again. */
export function switchTheme(): void {
  const next: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
  theme.value = next[theme.value];
  localStorage.setItem(STORED, theme.value);
  showTheme();
}

function stored(): Theme {
  const value = localStorage.getItem(STORED);
  return value === 'light' || value === 'dark' ? value : 'system';
}

system.addEventListener('change', showTheme);
