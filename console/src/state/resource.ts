import { type Inputs, useCallback, useEffect, useState } from 'preact/hooks';
import { isAbort } from '../api.js';

export interface Resource<T> {
  /** What came last; it stays while it is loaded again. */
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
  readonly reload: () => void;
  /** Shows this in place of what has been loaded. */
  readonly replace: (data: T) => void;
}

interface State<T> {
  readonly data: T | undefined;
  readonly error: Error | undefined;
  readonly isLoading: boolean;
}

/** What `load` answers, loaded again when one of `inputs` changes; a call that is no longer wanted is aborted. */
export function useResource<T>(load: (signal: AbortSignal) => Promise<T>, inputs: Inputs): Resource<T> {
  const [state, setState] = useState<State<T>>({ data: undefined, error: undefined, isLoading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const controller = new AbortController();
    setState((before) => ({ ...before, isLoading: true }));
    load(controller.signal).then(
      (data) => {
        if (!controller.signal.aborted) setState({ data, error: undefined, isLoading: false });
      },
      (error: unknown) => {
        if (controller.signal.aborted || isAbort(error)) return;
        setState((before) => ({
          data: before.data,
          error: error instanceof Error ? error : new Error(String(error)),
          isLoading: false,
        }));
      },
    );
    return () => {
      controller.abort();
    };
  }, [...inputs, round]);
  const reload = useCallback(() => {
    setRound((count) => count + 1);
  }, []);
  const replace = useCallback((data: T) => {
    setState({ data, error: undefined, isLoading: false });
  }, []);
  return { ...state, reload, replace };
}

/** Calls `work` every `ms` while the page is visible. */
export function useInterval(work: () => void, ms: number, inputs: Inputs = []): void {
  useEffect(() => {
    const timer = window.setInterval(() => {
      if (!document.hidden) work();
    }, ms);
    return () => {
      window.clearInterval(timer);
    };
  }, [ms, ...inputs]);
}
