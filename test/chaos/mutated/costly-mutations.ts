import { oneOf, type Random } from '../promotion/promotion-writer.js';
import { type Node, nodeOf, textOf } from './json-mutations.js';
import { mutateRequest, type SentRequest } from './request-mutations.js';

/** A body becomes no longer than about so many characters. */
const MAX_CHARACTERS = 600_000;
const MANY = [300, 3_000, 30_000];
/** Members that say how much is wanted. */
const AMOUNTS = /^(?:n_results|limit|topK|top_k|top_n|max_results|max_total_results|max_per_collection|dense_k|sparse_k|offset)$/;
const LARGE = ['100', '1000', '10000', '1000000', '4294967295'];
/** Members that are filters. */
const FILTERS = /^(?:where|where_document|filter)$/;

/** A request whose cost is out of proportion to what it says. */
export function costlyRequest(request: SentRequest, random: Random): SentRequest {
  try {
    return { ...request, body: Buffer.from(textOf(makeCostly(nodeOf(request.body.toString('utf8')), random))) };
  } catch {
    // it has no body, or one of lines
    return mutateRequest(request, random);
  }
}

/** What costs more than it looks: sizes that multiply each other, many branches, many queries with large results, many small vectors. */
function makeCostly(root: Node, random: Random): Node {
  const lists = listsOf(root);
  // all of the outermost members together: each alone may be within its limit
  for (const list of lists) grow(list, random);
  eachEntry(root, (key, value) => {
    if (AMOUNTS.test(key)) return { kind: 'token', text: oneOf(LARGE, random) };
    return FILTERS.test(key) && random(2) === 0 ? branches(value, random) : value;
  });
  return root;
}

/** Repeats what the list begins with. */
function grow(items: Node[], random: Random): void {
  const [first] = items;
  if (first === undefined || random(3) === 0) return;
  const most = Math.floor(MAX_CHARACTERS / (textOf(first).length + 1));
  for (let left = Math.min(oneOf(MANY, random), most); left > 0; left -= 1) items.push(first);
}

function branches(filter: Node, random: Random): Node {
  const key = oneOf(['$or', '$and', 'should', 'must'], random);
  const branch: Node = random(3) === 0 ? { kind: 'object', entries: [] } : filter;
  const items: Node[] = [branch];
  grow(items, random);
  return { kind: 'object', entries: [[key, { kind: 'array', items }]] };
}

/** The lists that are members of the root, or of its members. */
function listsOf(root: Node): readonly Node[][] {
  const found: Node[][] = [];
  eachEntry(root, (_key, value) => {
    if (value.kind === 'array') found.push(value.items);
    return value;
  });
  return found;
}

function eachEntry(node: Node, replace: (key: string, value: Node) => Node): void {
  if (node.kind !== 'object') return;
  const { entries } = node;
  entries.forEach(([key, value], index) => {
    eachEntry(value, replace);
    entries[index] = [key, replace(key, value)];
  });
}
