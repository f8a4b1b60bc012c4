import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../../parts/button.js';
import { TextField } from '../../parts/field.js';
import { Logo } from '../../parts/icon.js';
import { isLockedOut, takeKey } from '../../state/key.js';
import { openSession, sessionFailure } from '../../state/session.js';

/** Asks for a key. It is held in memory, and in this tab's storage when that is ticked. */
export function Login(): JSX.Element {
  const [typed, setTyped] = useState('');
  const [isKept, setKept] = useState(false);
  const [isRefused, setRefused] = useState(false);
  const submit = async (): Promise<void> => {
    takeKey(typed.trim(), isKept);
    await openSession();
    setRefused(isLockedOut.value);
  };
  return (
    <main class="login">
      <form
        class="card form"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h1>
          <Logo /> Polyvec
        </h1>
        <p>This gateway asks for an API key.</p>
        <TextField
          label="API key"
          type="password"
          value={typed}
          onChange={setTyped}
          isRequired
          hint="polyvec keys create --name console makes one."
        />
        <label class="check">
          <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} />
          Keep it until this tab is closed
        </label>
        {(isRefused || sessionFailure.value !== null) && (
          <p class="failure" role="alert">
            {sessionFailure.value ?? 'The gateway does not take this key.'}
          </p>
        )}
        <Button type="submit" kind="primary">
          Open the console
        </Button>
      </form>
    </main>
  );
}
