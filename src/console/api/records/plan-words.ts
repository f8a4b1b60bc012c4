const REASONS: Readonly<Record<string, string>> = {
  'no index': 'there is no index',
  'whole recall': 'the recall asked for is 1',
  'few vectors': 'there are few vectors',
  'many results': 'many results are wanted',
  'no direction': 'the query has no direction that a graph could follow',
  'beyond 16 bits': 'the query has a component that 16 bits cannot hold, and an index holds such numbers',
  ids: 'ids are given',
  'few matches': 'few records match the filter',
  'too few found': 'a graph has given too few matches',
  'equally near': 'several records are equally near',
  'on demand': 'it was asked for',
};

const FORMS: Readonly<Record<string, string>> = { half: ' of 16-bit numbers', binary: ' of bits' };

/** A search's plan, as `x-polyvec-plan` has it, as a sentence. */
export function planInWords(plan: string): string {
  const [kind = '', ...parts] = plan.split('; ');
  const values = new Map(
    parts.map((part): [string, string] => [part.slice(0, part.indexOf('=')), part.slice(part.indexOf('=') + 1)]),
  );
  const of = (name: string): string => values.get(name) ?? 'none';
  const found = `found ${of('found')}`;
  if (kind === 'hnsw') {
    const graphs = of('indexes') === '1' ? 'graph' : `${of('indexes')} graphs`;
    const budget = of('budget') === 'none' ? '' : `, at most ${of('budget')} vectors from each`;
    const estimate = of('estimate') === 'none' ? '' : `, about ${of('estimate')} match the filter`;
    const form = FORMS[of('form')] ?? '';
    return `${graphs}${form}, ef ${of('ef')}${budget}${estimate}, ${found}`;
  }
  if (kind !== 'exact') return plan;
  const compared = of('candidates') === 'none' ? '' : `, ${of('candidates')}${estimated(of('estimate'))}`;
  return `exact: ${REASONS[of('reason')] ?? of('reason')}${compared}, ${found}`;
}

function estimated(estimate: string): string {
  return estimate === 'none' ? ' candidates' : ` of an estimated ${estimate}`;
}
