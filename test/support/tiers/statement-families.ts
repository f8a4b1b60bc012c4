/** What requests send about a collection with a place, by shape: see `shapeOf`. */
export const OF_REQUESTS: Readonly<Record<string, string>> = {
  'WITH live input written written_vectors counted': 'add, upsert, update',
  'WITH live chosen written counted': 'change metadata by a filter',
  'WITH live doomed deleted deleted_vectors counted': 'delete',
  'WITH live candidates hits': 'search, exactly',
  'WITH live tuned hits': 'search by the vector index',
  'WITH live found asked pending indexed fresh totals hits weights scored scored best': 'search for words',
  'WITH position': 'get, fetch, list',
  'WITH position candidates scores hits': 'search by dense and sparse vectors, exactly',
  'WITH position tuned scores hits': 'search by dense and sparse vectors, by the vector index',
  'WITH query products distances hits': 'search by sparse vectors under a key, one by one',
  'WITH query pending products distances hits': 'search by sparse vectors under a key, by postings',
  'SELECT guard': 'whether the collection is what an instance remembers',
  'SELECT guard namespaces': 'counts, and pages of namespaces',
  'SELECT guard records': 'pages of records, and sizes',
  'SELECT guard records vectors': 'pages of records with their vectors',
  'SELECT guard namespaces records': 'statistics of some records',
  'SELECT namespaces': 'how many namespaces there are',
  'SELECT records': 'how many records a filter selects, to choose a plan',
  'EXPLAIN records': 'about how many, to choose a plan',
  'SELECT records sparse_changes sparse_key_indexes sparse_segments': 'what postings cover',
};

/** What is sent in the background, or to copy a collection; depending on the moment, not all of them. */
export const OF_MAINTENANCE: Readonly<Record<string, string>> = {
  'WITH ready large counted': 'what vector indexes cover',
  'WITH q': 'recall, exact answers and what forms lose',
  'WITH tuned': 'recall, the search by the index',
  'SELECT vectors': 'recall and index builds',
  'SELECT namespaces vectors guard': 'what is indexed',
  'SELECT guard namespaces vectors': 'what is indexed',
  'WITH first sized taken old old_postings counted': 'words: what has changed',
  'WITH texts new new_postings counted': 'words: the new postings',
  'INSERT pending_words records': 'words: all texts are still to be indexed',
  'SELECT sparse_key_indexes': 'postings of keys',
  'SELECT sparse_key_indexes sparse_segments': 'postings of keys',
  'SELECT records sparse_changes sparse_segments': 'postings of keys: the segment with the most changes',
  'SELECT sparse_segments': 'postings of keys: the last segment',
  'INSERT sparse_key_indexes': 'postings of keys begin',
  'INSERT records sparse_key_postings': 'postings of a segment',
  'INSERT sparse_segments': 'postings of a segment',
  'DELETE sparse_changes': 'changes that a segment has',
  'DELETE sparse_key_postings': 'postings of a segment that is built anew',
  'DELETE sparse_segments': 'all segments, for other keys',
  'INSERT guard': 'promotion: the place is entered',
  'WITH page records vectors sparse last': 'backups: a page',
  'WITH copied': 'backups: namespaces',
  'WITH fields': 'forks: namespaces and fields',
  'WITH sparse': 'forks: sparse vectors',
};

/** Promotion and forks copy a table each by one statement, into the place or out of it. */
const COPIED = [
  ...['namespaces', 'pending_words', 'postings', 'records', 'vectors', 'sparse', 'sparse_changes', 'sparse_key_indexes'],
  ...['sparse_key_postings', 'sparse_segments', 'word_counts', 'word_postings', 'word_texts'],
];

/** Parts that statements have besides, for collections with sparse vectors, words or postings, or for new fields. */
const BESIDES = new Set([
  ...['fields', 'pending_words', 'sparse_changes', 'deleted_sparse', 'deleted_postings', 'sparse_input', 'old_sparse'],
  ...['removed_postings', 'removed_sparse', 'written_sparse', 'written_postings', 'weight'],
]);

const DEFINES = /^\s*(SELECT pg_advisory_xact_lock\(\d+\); )?(CREATE|ALTER|DROP|ANALYZE|VACUUM|COMMENT)\b/;

/** The names of a statement's parts; of one without parts, what it does and the tables of the place that it names. Undefined: it defines. */
export function shapeOf(text: string): string | undefined {
  if (DEFINES.test(text)) return undefined;
  const [verb = ''] = /\w+/.exec(text) ?? [];
  if (verb === 'WITH') {
    const parts = [...text.matchAll(/(?:\bWITH|,)\s*(\w+) AS (?:MATERIALIZED )?\(/g)].map(([, name = '']) => name);
    const [first] = parts;
    return ['WITH', ...parts.filter((name) => name === first || !BESIDES.has(name))].join(' ');
  }
  const tables = [...text.matchAll(/"polyvec_\d+"\."(\w+?)(?:_\d+)?"/g)].map(([, name = '']) => name);
  return [verb, ...[...new Set(tables)].sort()].join(' ');
}

export function isKnown(shape: string): boolean {
  return shape in OF_REQUESTS || shape in OF_MAINTENANCE || COPIED.some((table) => shape === `INSERT ${table}`);
}
