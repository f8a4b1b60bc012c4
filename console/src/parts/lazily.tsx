import type { FunctionComponent, JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Failed, Loading } from './states.js';

/** A screen whose code comes when it is first shown. */
export function lazily(what: string, load: () => Promise<FunctionComponent>): FunctionComponent {
  let loaded: FunctionComponent | null = null;
  return function Lazily(): JSX.Element {
    const [error, setError] = useState<Error | null>(null);
    const [round, setRound] = useState(0);
    useEffect(() => {
      if (loaded !== null) return;
      load().then(
        (screen) => {
          loaded = screen;
          setRound((count) => count + 1);
        },
        (failure: unknown) => setError(failure instanceof Error ? failure : new Error(String(failure))),
      );
    }, []);
    const Screen = loaded;
    if (Screen !== null) return <Screen key={round > 0 ? 'loaded' : 'there'} />;
    // a new release has other files
    if (error !== null) return <Failed error={error} onRetry={() => window.location.reload()} />;
    return <Loading what={what} />;
  };
}
