import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CollectionChange, MeasuredRecall } from '../../../../src/console/api/contract/collections.js';
import { call, messageOf } from '../../api.js';
import { Select } from '../../parts/field.js';
import { notify } from '../../parts/toast.js';
import { namespaceLabel, useCollection } from '../../state/collection.js';
import { count, dateTime, percent } from '../../state/format.js';
import { mayWrite } from '../../state/session.js';

const DEFAULT = 'default';
const SHARES = [0.9, 0.95, 0.98, 0.99, 0.995, 1] as const;

/** The recall that searches keep, and what was measured for it in the background. */
export function RecallTarget(): JSX.Element {
  const { collection, reload } = useCollection();
  const { own, value } = collection.recallTarget;
  const [isSaving, setSaving] = useState(false);
  const ask = async (choice: string): Promise<void> => {
    setSaving(true);
    try {
      const change: CollectionChange = { recall: choice === DEFAULT ? null : Number(choice) };
      await call('PATCH', `/collections/${collection.uuid}`, { body: change });
      reload();
    } catch (error) {
      notify(messageOf(error), true);
    }
    setSaving(false);
  };
  const shares = [...new Set<number>([...SHARES, ...(own === null ? [] : [own])])].sort((one, other) => one - other);
  return (
    <section class="card" aria-busy={isSaving}>
      <h2>Recall that searches keep: {percent(value)}</h2>
      {mayWrite.value && (
        <Select
          label="Recall to keep"
          value={own === null ? DEFAULT : String(own)}
          choices={[
            { value: DEFAULT, label: 'as the settings say' },
            ...shares.map((share) => ({
              value: String(share),
              label: share === 1 ? '100 %, every vector is compared' : percent(share),
            })),
          ]}
          onChange={(choice) => void ask(choice)}
        />
      )}
      {collection.recall.length === 0 ? (
        <p class="muted">Nothing is measured yet: it is when a namespace has an index.</p>
      ) : (
        collection.recall.map((measured) => <Curve key={measured.namespace} measured={measured} />)
      )}
    </section>
  );
}

const FORMS = { full: 'whole vectors', half: '16-bit numbers', binary: 'bits' } as const;
const REASONS = {
  setting: 'as configured',
  dimension: 'no larger form has room for so many components',
  cheapest: 'the cheapest searches that keep the recall',
  recall: 'cheaper forms lose too much',
  memory: 'cheaper forms do not fit into memory',
} as const;

function Curve({ measured }: { readonly measured: MeasuredRecall }): JSX.Element {
  const { namespace, efSearch, queries, recentQueries, vectors, curve, indexes, forms, measuredAt } = measured;
  const label = `Recall by ef_search, namespace ${namespaceLabel(namespace)}`;
  return (
    <table class="listing" aria-label={label}>
      <caption class="muted">
        {namespaceLabel(namespace)}: measured {dateTime(new Date(measuredAt).toISOString())} by {queries} searches,{' '}
        {recentQueries} of them by clients, in indexes of {count(vectors)} vectors.{' '}
        {indexes.map(({ content, reason, vectors: held }) => (
          <span key={`${content} ${String(reason)}`}>
            {count(held)} are held as {FORMS[content]}
            {reason === null ? '' : `: ${REASONS[reason]}`}.{' '}
          </span>
        ))}
        {forms.map(({ content, inGraph, recall }) => (
          <span key={`${content} ${String(inGraph)}`}>
            {inGraph ? 'An index of' : 'Compared as'} {FORMS[content]}: {percent(recall)}.{' '}
          </span>
        ))}
      </caption>
      <thead>
        <tr>
          <th class="number">ef_search</th>
          <th class="number">Recall@10</th>
          <th>Used for ten results</th>
        </tr>
      </thead>
      <tbody>
        {curve.map((point) => (
          <tr key={point.efSearch}>
            <td class="number">{point.efSearch}</td>
            <td class="number">{percent(point.recall)}</td>
            <td>{point.efSearch === efSearch ? 'yes' : ''}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
