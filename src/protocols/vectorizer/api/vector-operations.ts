import { type ApiOperation, below } from '../../../http/api-description.js';

type Operations = Readonly<Record<string, ApiOperation>>;

const COLLECTION = '/collections/{collection}';
const VECTORS = `${COLLECTION}/vectors`;
const BATCH_INSERT = { body: 'BatchInsertRequest', answer: 'BatchInserted' };
const BATCH_UPDATE = { body: 'BatchUpdateRequest', answer: 'BatchUpdated' };
const BATCH_DELETE = { body: 'BatchDeleteRequest', answer: 'BatchDeleted' };
const DELETE_BY_FILTER = { body: 'DeleteByFilterRequest', answer: 'DeletedByFilter' };
const TRANSFER = { body: 'TransferRequest', answer: 'Transferred' };
const SHOWN = ['with_vector', 'with_payload'];

const INSERTS: Operations = below('', 'Inserts', {
  'POST /insert': { id: 'insert', summary: 'Writes a text or a vector', body: 'InsertRequest', answer: 'Inserted' },
  [`POST ${COLLECTION}/insert`]: {
    id: 'insert_into',
    summary: 'Writes a text or a vector',
    body: 'InsertRequest',
    answer: 'Inserted',
  },
  'POST /insert_texts': { id: 'insert_texts', summary: 'Writes texts', ...BATCH_INSERT },
  'POST /batch_insert': { id: 'batch_insert', summary: 'Writes texts', ...BATCH_INSERT },
  'POST /insert_vectors': { id: 'insert_vectors', summary: 'Writes vectors', ...BATCH_INSERT },
  [`POST ${COLLECTION}/insert_texts`]: { id: 'insert_texts_into', summary: 'Writes texts', ...BATCH_INSERT },
  [`POST ${COLLECTION}/batch_insert`]: { id: 'batch_insert_into', summary: 'Writes texts', ...BATCH_INSERT },
  [`POST ${COLLECTION}/insert_vectors`]: { id: 'insert_vectors_into', summary: 'Writes vectors', ...BATCH_INSERT },
  [`POST ${VECTORS}`]: { id: 'create_vectors', summary: 'Writes vectors', ...BATCH_INSERT },
});

const READS: Operations = below('', 'Vectors', {
  [`GET ${VECTORS}`]: {
    id: 'list_vectors',
    summary: 'Lists vectors, in the order in which they were inserted',
    query: ['ids', 'limit', 'offset', ...SHOWN],
    answer: 'Vectors',
  },
  [`GET ${VECTORS}/{id}`]: { id: 'get_vector', summary: 'Reads a vector', query: SHOWN, answer: 'VectorOf' },
  'POST /vector': { id: 'get_vector_by_body', summary: 'Reads a vector', body: 'VectorRequest', answer: 'VectorOf' },
});

const UPDATES: Operations = below('', 'Vectors', {
  'POST /update': { id: 'update_vector_by_body', summary: 'Changes a vector', body: 'UpdateRequest', answer: 'Updated' },
  [`PUT ${VECTORS}/{id}`]: {
    id: 'replace_vector',
    summary: 'Changes a vector; a payload replaces the one there is',
    body: 'UpdateRequest',
    answer: 'Updated',
  },
  [`PATCH ${VECTORS}/{id}`]: {
    id: 'update_vector',
    summary: 'Changes a vector; a payload is merged into the one there is',
    body: 'UpdateRequest',
    answer: 'Updated',
  },
  [`PATCH ${VECTORS}/{id}/expiry`]: {
    id: 'expire_vector',
    summary: 'Says when a vector ends',
    body: 'ExpiryRequest',
    answer: 'Expiry',
  },
  'POST /batch_update': { id: 'batch_update', summary: 'Changes vectors', ...BATCH_UPDATE },
  [`POST ${COLLECTION}/batch_update`]: { id: 'batch_update_in', summary: 'Changes vectors', ...BATCH_UPDATE },
  [`POST ${VECTORS}/bulk_update_metadata`]: {
    id: 'update_by_filter',
    summary: 'Changes the payload of all that match',
    body: 'BulkUpdateRequest',
    answer: 'UpdatedByFilter',
  },
  [`POST ${VECTORS}/move`]: { id: 'move_vectors', summary: 'Moves vectors to another collection', ...TRANSFER },
  [`POST ${VECTORS}/copy`]: { id: 'copy_vectors', summary: 'Copies vectors to another collection', ...TRANSFER },
});

const DELETES: Operations = below('', 'Deletes', {
  [`DELETE ${VECTORS}/{id}`]: { id: 'delete_vector', summary: 'Deletes a vector', answer: 'Deleted' },
  'POST /delete': { id: 'delete_vector_by_body', summary: 'Deletes a vector', body: 'VectorRequest', answer: 'Deleted' },
  'POST /batch_delete': { id: 'batch_delete', summary: 'Deletes vectors', ...BATCH_DELETE },
  [`POST ${COLLECTION}/batch_delete`]: { id: 'batch_delete_in', summary: 'Deletes vectors', ...BATCH_DELETE },
  [`POST ${VECTORS}/delete`]: { id: 'delete_vectors', summary: 'Deletes vectors', ...BATCH_DELETE },
  [`DELETE ${VECTORS}`]: { id: 'delete_listed_vectors', summary: 'Deletes vectors, as older SDKs ask for it', ...BATCH_DELETE },
  [`POST ${COLLECTION}/delete_by_filter`]: { id: 'delete_by_filter', summary: 'Deletes all that match', ...DELETE_BY_FILTER },
  [`POST ${VECTORS}/delete_by_filter`]: {
    id: 'delete_vectors_by_filter',
    summary: 'Deletes all that match',
    ...DELETE_BY_FILTER,
  },
});

/** What is done with the vectors of a collection, but searches. */
export const VECTOR_OPERATIONS: Operations = { ...INSERTS, ...READS, ...UPDATES, ...DELETES };
