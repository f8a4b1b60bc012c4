import { runHostile } from '../filters/hostile-run.js';
import { option, report } from '../report.js';

/**
 * Hostile keys, values, ids and names in filters of every protocol, held to in-memory models and to the statements for harmless ones:
 * `--rounds 100000` filters, `--dictionaries 50`, `--seed`.
 */
const filters = option('rounds', 100_000);
const dictionaries = option('dictionaries', 50);
const seed = option('seed', Date.now() % 1_000_000);
console.log(`${String(filters)} filters, ${String(dictionaries)} dictionaries, seed ${String(seed)}`);
const figures = await runHostile({
  filters,
  dictionaries,
  seed,
  onProgress: (text) => {
    console.log(text);
  },
});
for (const complaint of figures.complaints) console.error(complaint);
const { harmless, hostile, structures, telling } = figures;
const added = [...hostile].filter((shape) => !harmless.has(shape)).length;
await report({
  name: 'filters',
  event: 'hostile filters, keys, names and ids',
  aim: '100,000 equal to the model; keys and values add no statement',
  figure: `${String(figures.filters)} filters (${String(telling)} with some and not all records), ${String(figures.complaints.length)} differences; ${String(hostile.size)} statements for ${String(structures)} structures, ${String(harmless.size)} with harmless keys and values, ${String(added)} added`,
  met: figures.complaints.length === 0 && added === 0 && hostile.size === harmless.size && figures.filters >= filters,
});
