import type { ComponentChildren, JSX } from 'preact';
import { useId, useState } from 'preact/hooks';
import type { FieldList } from '../../../src/console/api/contract/collections.js';
import type { Condition, FilterInput, FilterSyntaxes } from '../../../src/console/api/contract/records.js';
import { call } from '../api.js';
import { conditionOf, conditionText, OPERATORS, withCondition, withoutCondition, writeFilter } from '../state/filter.js';
import { useResource } from '../state/resource.js';
import { Button, IconButton } from './button.js';
import { CodeBlock } from './copy.js';
import { Select } from './field.js';
import { Tabs } from './tabs.js';

interface FilterBuilderProperties {
  readonly filter: FilterInput;
  readonly fields: FieldList | undefined;
  readonly uuid: string;
  readonly onChange: (filter: FilterInput) => void;
  readonly children?: ComponentChildren;
}

/** The conditions of a filter, one to add, and how clients write them. */
export function FilterBuilder({ filter, fields, uuid, onChange, children }: FilterBuilderProperties): JSX.Element {
  const [isAdding, setAdding] = useState(false);
  const [isShown, setShown] = useState(false);
  const hasConditions = filter.conditions.length > 0;
  return (
    <div class="filter">
      <div class="chips">
        {filter.conditions.length > 1 && (
          <Select
            label="Match"
            isBare
            value={filter.match}
            choices={[
              { value: 'all', label: 'all of' },
              { value: 'any', label: 'any of' },
            ]}
            onChange={(match) => onChange({ ...filter, match })}
          />
        )}
        {filter.conditions.map((condition, index) => (
          <span key={conditionText(condition)} class="chip">
            <code>{conditionText(condition)}</code>
            <IconButton
              icon="close"
              label={`Remove ${conditionText(condition)}`}
              onClick={() => onChange(withoutCondition(filter, index))}
            />
          </span>
        ))}
        <Button kind="quiet" icon={hasConditions ? 'plus' : 'filter'} onClick={() => setAdding(!isAdding)} isPressed={isAdding}>
          {hasConditions ? 'Condition' : 'Filter'}
        </Button>
        {hasConditions && (
          <Button kind="quiet" icon="code" onClick={() => setShown(!isShown)} isPressed={isShown}>
            As code
          </Button>
        )}
        <span class="grow" />
        {children}
      </div>
      {isAdding && (
        <ConditionForm
          fields={fields}
          onAdd={(condition) => {
            onChange(withCondition(filter, condition));
            setAdding(false);
          }}
        />
      )}
      {isShown && hasConditions && <Syntaxes filter={filter} uuid={uuid} />}
    </div>
  );
}

/** Stands for the document, which is no field; no field's name begins so. */
const DOCUMENT = ':document';
const OF_DOCUMENT: readonly Condition['op'][] = ['contains', 'not_contains'];

function ConditionForm({
  fields,
  onAdd,
}: {
  readonly fields: FieldList | undefined;
  readonly onAdd: (condition: Condition) => void;
}): JSX.Element {
  const id = useId();
  const known = fields?.fields ?? [];
  const [field, setField] = useState(known[0]?.name ?? '');
  const [isDocument, setDocument] = useState(known.length === 0);
  const [op, setOp] = useState<Condition['op']>(known.length === 0 ? 'contains' : 'eq');
  const [value, setValue] = useState('');
  const suggested = known.find(({ name }) => name === field)?.values ?? [];
  const operators = (Object.keys(OPERATORS) as Condition['op'][]).filter((one) => !isDocument || OF_DOCUMENT.includes(one));
  const chooseField = (chosen: string): void => {
    setDocument(chosen === DOCUMENT);
    setField(chosen);
    if (chosen === DOCUMENT && !OF_DOCUMENT.includes(op)) setOp('contains');
    setValue('');
  };
  return (
    <form
      class="condition"
      onSubmit={(event) => {
        event.preventDefault();
        onAdd(conditionOf(isDocument ? null : field, op, op === 'exists' && value === '' ? 'true' : value));
      }}
    >
      <Select
        label="Field"
        value={isDocument ? DOCUMENT : field}
        choices={[
          ...known.map(({ name, types }) => ({ value: name, label: `${name} · ${types.join(', ')}` })),
          { value: DOCUMENT, label: 'the document' },
        ]}
        onChange={chooseField}
      />
      <Select
        label="Condition"
        value={op}
        choices={operators.map((one) => ({ value: one, label: OPERATORS[one] }))}
        onChange={setOp}
      />
      <div class="field grow">
        <label for={id}>Value</label>
        <input
          id={id}
          class="input"
          list={`${id}-values`}
          value={value}
          autofocus
          autocomplete="off"
          required={op !== 'exists'}
          placeholder={op === 'in' || op === 'nin' ? 'one, two, three' : op === 'exists' ? 'true or false' : ''}
          onInput={(event) => setValue(event.currentTarget.value)}
        />
        <datalist id={`${id}-values`}>
          {suggested.map((one) => (
            <option
              key={String(one.value)}
              value={typeof one.value === 'string' && looksTyped(one.value) ? JSON.stringify(one.value) : String(one.value)}
            >
              {`${one.count} of the sample`}
            </option>
          ))}
        </datalist>
      </div>
      <Button type="submit" kind="primary">
        Add
      </Button>
    </form>
  );
}

/** A text that would be read as a number or a boolean without its quotes. */
function looksTyped(text: string): boolean {
  return /^(true|false|-?\d.*)$/.test(text);
}

type Syntax = 'chroma' | 'pinecone' | 'vectorizer' | 'sql';
const SYNTAXES: readonly { readonly name: Syntax; readonly label: string }[] = [
  { name: 'chroma', label: 'Chroma' },
  { name: 'pinecone', label: 'Pinecone' },
  { name: 'vectorizer', label: 'Vectorizer' },
  { name: 'sql', label: 'SQL' },
];

function Syntaxes({ filter, uuid }: { readonly filter: FilterInput; readonly uuid: string }): JSX.Element {
  const [shown, setShown] = useState<Syntax>('chroma');
  const written = useResource(
    (signal) => call<FilterSyntaxes>('POST', `/collections/${uuid}/filter-syntaxes`, { body: filter, signal }),
    [uuid, writeFilter(filter)],
  );
  return (
    <div class="syntaxes card">
      <Tabs label="The filter, as each protocol writes it" tabs={SYNTAXES} chosen={shown} onChoose={setShown}>
        {written.error !== undefined && <p class="failure">{written.error.message}</p>}
        {written.data !== undefined && <Syntax name={shown} syntaxes={written.data} />}
      </Tabs>
    </div>
  );
}

function Syntax({ name, syntaxes }: { readonly name: Syntax; readonly syntaxes: FilterSyntaxes }): JSX.Element {
  if (name === 'sql') return <CodeBlock text={syntaxes.sql} label="SQL" />;
  if (name === 'chroma') {
    const { where, whereDocument } = syntaxes.chroma;
    const text = [
      ...(where === null ? [] : [`where=${where}`]),
      ...(whereDocument === null ? [] : [`where_document=${whereDocument}`]),
    ].join('\n');
    return <CodeBlock text={text} label="filter for Chroma" />;
  }
  const { filter, why } = syntaxes[name];
  return filter === null ? <p class="muted">{why}</p> : <CodeBlock text={filter} label={`filter for ${name}`} />;
}
