import { useCallback } from 'preact/hooks';
import { useLocation, useSearch } from 'wouter-preact';

/** Of the URL's search; null removes one. */
export type Changes = Readonly<Record<string, string | null>>;

/** The parameters of the URL, which are the state of a screen, and how to change them. */
export function useParameters(): readonly [URLSearchParams, (changes: Changes, isStep?: boolean) => void] {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const change = useCallback(
    (changes: Changes, isStep = false) => {
      // what has been changed since this was rendered counts
      navigate(changedSearch(path, window.location.search, changes), { replace: !isStep });
    },
    [path, navigate],
  );
  return [new URLSearchParams(search), change];
}

function changedSearch(path: string, search: string, changes: Changes): string {
  const parameters = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}
