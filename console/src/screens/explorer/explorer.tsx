import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../api.js';
import { Button } from '../../parts/button.js';
import { CodeBlock } from '../../parts/copy.js';
import { Select, TextField } from '../../parts/field.js';
import { TimingBar } from '../../parts/plan-panel.js';
import { Empty } from '../../parts/states.js';
import { notify } from '../../parts/toast.js';
import { timeOfDay } from '../../state/format.js';
import { type Sent, sent } from '../../state/history.js';
import { useResource } from '../../state/resource.js';
import { useParameters } from '../../state/url.js';
import { loadOperations, METHODS, type Operation, operationFor, readCurl, type Schema, templateOf } from './operations.js';
import { PathField } from './path-field.js';
import { type Answer, type Draft, send } from './send.js';

const START: Draft = { method: 'GET', path: '/chroma/api/v2/heartbeat', headers: '', body: '' };

/** Requests of any protocol, as clients send them, with this page's key. */
export function Explorer(): JSX.Element {
  const [parameters, change] = useParameters();
  const [draft, setDraft] = useState<Draft>(() => replayed(parameters) ?? { ...START, ...fromUrl(parameters) });
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const operations = useResource(loadOperations, []);
  const known = operations.data ?? [];
  const operation = operationFor(known, draft.method, draft.path);
  useEffect(() => {
    const again = replayed(parameters);
    if (again !== undefined) setDraft(again);
  }, [parameters.get('from')]);
  const run = async (): Promise<void> => {
    setFailure(null);
    change({ method: draft.method, path: draft.path, from: null });
    try {
      setAnswer(await send(draft));
    } catch (error) {
      setAnswer(null);
      setFailure(messageOf(error));
    }
  };
  const chooseOperation = ({ method, path, body }: Operation): void => {
    setDraft((before) => ({ ...before, method, path, body: body === null ? '' : JSON.stringify(templateOf(body), null, 2) }));
  };
  const paste = (text: string): void => {
    try {
      setDraft(readCurl(text));
    } catch (error) {
      notify(messageOf(error), true);
    }
  };
  return (
    <form
      class="screen"
      onKeyDown={(event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void run();
      }}
      onSubmit={(event) => {
        event.preventDefault();
        void run();
      }}
    >
      <header class="screen-head">
        <h1>API console</h1>
        <span class="muted">{operation?.summary ?? 'Chroma, Pinecone and Vectorizer, as their clients speak'}</span>
      </header>
      <div class="request-line">
        <Select
          label="Method"
          isBare
          value={draft.method}
          choices={METHODS.map((method) => ({ value: method, label: method }))}
          onChange={(method) => setDraft({ ...draft, method })}
        />
        <PathField
          method={draft.method}
          path={draft.path}
          operations={known}
          onChange={(path) => setDraft({ ...draft, path })}
          onChoose={chooseOperation}
          onCurl={paste}
        />
        <Button type="submit" kind="primary" icon="play" title="Ctrl-Enter">
          Send
        </Button>
      </div>
      <div class="explorer">
        <div class="card">
          <Body draft={draft} schema={operation?.body ?? null} onChange={setDraft} />
          <TextField
            label="Headers"
            value={draft.headers}
            onChange={(headers) => setDraft({ ...draft, headers })}
            rows={2}
            isCode
            hint="One a line, name: value. The key and x-polyvec-explain are added."
          />
          <History onChoose={setDraft} />
        </div>
        <AnswerView answer={answer} failure={failure} />
      </div>
    </form>
  );
}

/** The request of this tab that the address names to be sent again. */
function replayed(parameters: URLSearchParams): Draft | undefined {
  return sent.value.find(({ requestId }) => requestId === parameters.get('from'));
}

function fromUrl(parameters: URLSearchParams): Partial<Draft> {
  const [method, path] = [parameters.get('method'), parameters.get('path')];
  return { ...(method !== null && { method }), ...(path !== null && { path }) };
}

interface BodyProperties {
  readonly draft: Draft;
  readonly schema: Schema | null;
  readonly onChange: (draft: Draft) => void;
}

/** The body as JSON; the members that the operation takes are put in by a click. */
function Body({ draft, schema, onChange }: BodyProperties): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const members = Object.entries(schema?.properties ?? {});
  const isWrong = draft.body.trim() !== '' && !isJson(draft.body);
  const insert = (name: string, member: Schema): void => {
    const area = place.current?.querySelector('textarea');
    const body = withMember(draft.body, name, templateOf(member), area?.selectionStart ?? draft.body.length);
    onChange({ ...draft, body });
    area?.focus();
  };
  return (
    <div ref={place} class="form">
      <TextField
        label="Body"
        value={draft.body}
        onChange={(body) => onChange({ ...draft, body })}
        rows={14}
        isCode
        {...(isWrong && { hint: 'This is no JSON yet.' })}
      />
      {members.length > 0 && (
        <div class="members" role="group" aria-label="Members that this operation takes">
          {members.map(([name, member]) => (
            <button
              key={name}
              type="button"
              title={member.description ?? [member.type ?? 'any'].flat().join(' or ')}
              onClick={() => insert(name, member)}
            >
              {name}
              {schema?.required?.includes(name) === true && ' *'}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** A body that is an object gets the member; any other text gets it where the cursor is. */
function withMember(body: string, name: string, value: unknown, cursor: number): string {
  if (body.trim() === '') return JSON.stringify({ [name]: value }, null, 2);
  if (isJson(body)) {
    const read: unknown = JSON.parse(body);
    if (typeof read === 'object' && read !== null && !Array.isArray(read))
      return JSON.stringify({ [name]: value, ...read, ...(name in read ? {} : { [name]: value }) }, null, 2);
  }
  return `${body.slice(0, cursor)}${JSON.stringify(name)}: ${JSON.stringify(value)}${body.slice(cursor)}`;
}

function AnswerView({ answer, failure }: { readonly answer: Answer | null; readonly failure: string | null }): JSX.Element {
  if (failure !== null) {
    return (
      <p class="failure" role="alert">
        {failure}
      </p>
    );
  }
  if (answer === null) {
    return (
      <Empty icon="code" title="Nothing has been sent yet">
        <p class="muted">Type a path: what the gateway serves completes it. Ctrl-Enter sends.</p>
      </Empty>
    );
  }
  const { status, statusText, text, headers, requestId, plan, timing } = answer;
  return (
    <section class="card" aria-label="What came back">
      <div class="row wrap">
        <span class={status < 400 ? 'tag good' : 'tag bad'} role="status">
          {status} {statusText}
        </span>
        <span class="muted">{requestId}</span>
      </div>
      {timing !== null && <TimingBar timing={timing} />}
      {plan !== null && (
        <p>
          Plan: <code>{plan}</code>
        </p>
      )}
      <CodeBlock text={isJson(text) && text.length < 200_000 ? JSON.stringify(JSON.parse(text), null, 2) : text} label="answer" />
      <details>
        <summary>{headers.length} headers</summary>
        <CodeBlock text={headers.map(([name, value]) => `${name}: ${value}`).join('\n')} label="headers" />
      </details>
    </section>
  );
}

function History({ onChoose }: { readonly onChoose: (draft: Draft) => void }): JSX.Element | null {
  if (sent.value.length === 0) return null;
  return (
    <details class="history">
      <summary>Sent from this tab: {sent.value.length}</summary>
      <ul>
        {sent.value.map((request: Sent, index) => (
          <li key={`${request.requestId}/${index}`}>
            <button type="button" onClick={() => onChoose(request)}>
              <span class={request.status < 400 ? 'tag good' : 'tag bad'}>{request.status}</span>
              <span class="verb">{request.method}</span>
              <code>{request.path}</code>
              <small class="muted">{timeOfDay(request.at)}</small>
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
