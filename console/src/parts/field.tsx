import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProperties {
  readonly label: string;
  readonly hint?: string;
  readonly children: (id: string) => ComponentChildren;
}

/** A control with its label above and a hint below. */
export function Field({ label, hint, children }: FieldProperties): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children(id)}
      {hint !== undefined && <p class="hint">{hint}</p>}
    </div>
  );
}

interface TextFieldProperties {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly hint?: string;
  readonly type?: 'text' | 'number' | 'password';
  readonly isRequired?: boolean;
  readonly isCode?: boolean;
  readonly rows?: number;
  readonly placeholder?: string;
}

/** A text field; with `rows` it has several lines. */
export function TextField(properties: TextFieldProperties): JSX.Element {
  const { label, value, onChange, hint, type = 'text', isRequired = false, isCode = false, rows, placeholder } = properties;
  const shared = {
    class: isCode ? 'input code' : 'input',
    value,
    required: isRequired,
    placeholder,
    autocomplete: 'off',
    spellcheck: false,
    onInput: (event: Event) => {
      onChange((event.currentTarget as HTMLInputElement).value);
    },
  };
  return (
    <Field label={label} {...(hint !== undefined && { hint })}>
      {(id) => (rows === undefined ? <input id={id} type={type} {...shared} /> : <textarea id={id} rows={rows} {...shared} />)}
    </Field>
  );
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
}

interface SelectProperties<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
  /** Says its label only to those who cannot see it. */
  readonly isBare?: boolean;
}

export function Select<Value extends string>(properties: SelectProperties<Value>): JSX.Element {
  const { label, value, choices, onChange, isBare = false } = properties;
  const select = (id?: string): JSX.Element => (
    <select
      {...(id === undefined ? { 'aria-label': label } : { id })}
      class="select"
      value={value}
      onChange={(event) => {
        onChange(event.currentTarget.value as Value);
      }}
    >
      {choices.map((choice) => (
        <option key={choice.value} value={choice.value} selected={choice.value === value}>
          {choice.label}
        </option>
      ))}
    </select>
  );
  return isBare ? select() : <Field label={label}>{select}</Field>;
}

interface SearchFieldProperties {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly placeholder?: string;
}

/** The field that `/` goes to. */
export function SearchField({ label, value, onChange, placeholder = label }: SearchFieldProperties): JSX.Element {
  return (
    <input
      type="search"
      class="input search"
      data-slash
      aria-label={label}
      placeholder={placeholder}
      value={value}
      spellcheck={false}
      autocomplete="off"
      onInput={(event) => {
        onChange(event.currentTarget.value);
      }}
    />
  );
}
