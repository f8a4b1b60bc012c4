import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CollectionDetail } from '../../../../src/console/api/contract/collections.js';
import type { Session } from '../../../../src/console/api/contract/session.js';
import { call } from '../../api.js';
import { Button } from '../../parts/button.js';
import { CodeBlock } from '../../parts/copy.js';
import { Icon } from '../../parts/icon.js';
import { attempt } from '../../parts/toast.js';
import { timeOfDay } from '../../state/format.js';
import { useInterval } from '../../state/resource.js';
import { mayWrite, session } from '../../state/session.js';
import { placeFor } from './collection-dialogs.js';
import { firstSteps } from './first-steps.js';

const LOOK_MS = 2_000;

interface FirstRunProperties {
  readonly tenant: string | null;
  readonly database: string | null;
  readonly onLoaded: () => void;
}

/** In place of the list while it is empty: how each client reaches this gateway, and samples to look at. */
export function FirstRun({ tenant, database, onLoaded }: FirstRunProperties): JSX.Element {
  const [isLoading, setLoading] = useState(false);
  const current = session.value;
  useInterval(() => void lookForCalls(), LOOK_MS);
  if (current === null) return <></>;
  const load = async (): Promise<void> => {
    setLoading(true);
    try {
      await call<CollectionDetail>('POST', '/samples', { body: placeFor({ tenant, database }) });
      onLoaded();
    } finally {
      setLoading(false);
    }
  };
  return (
    <div class="first-run">
      <div class="first-run-head">
        <h2>Nothing is stored yet</h2>
        <p>Point a client that you have at this gateway. Each of these programs runs as it is.</p>
        <FirstCall session={current} />
      </div>
      <div class="snippets">
        {firstSteps(current).map(({ label, code }) => (
          <section key={label} class="card">
            <h3>{label}</h3>
            <CodeBlock text={code} label={`${label} program`} />
          </section>
        ))}
      </div>
      {mayWrite.value && (
        <p class="row">
          <Button kind="primary" icon="plus" isDisabled={isLoading} onClick={() => attempt(load)}>
            {isLoading ? 'Loading samples…' : 'Load 1 000 samples'}
          </Button>
          <span class="muted">Texts with embeddings, to look around with.</span>
        </p>
      )}
    </div>
  );
}

async function lookForCalls(): Promise<void> {
  if (session.peek()?.firstCallAt !== null) return;
  session.value = await call<Session>('GET', '/session').catch(() => session.peek());
}

function FirstCall({ session: { firstCallAt } }: { readonly session: Session }): JSX.Element {
  if (firstCallAt === null) {
    return (
      <p class="first-call" role="status">
        <span class="spinner" aria-hidden="true" /> Waiting for the first call of a client
      </p>
    );
  }
  return (
    <p class="first-call good" role="status">
      <Icon name="check" /> The first call arrived at {timeOfDay(firstCallAt)}
    </p>
  );
}
