import type { Filter } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import { validationError } from '../vectorizer-error.js';
import { isClauseForm, parseClauseForm } from './clause-form.js';
import { parseMapForm } from './map-form.js';
import { objectOf } from './operands.js';
import { isEmpty, type Part } from './parts.js';

/**
 * A filter in Vectorizer's language, of either form. Undefined for one that has no conditions, however deep that is hidden: the
 * caller decides whether that means every record, or a mistake.
 * @throws VectorizerError 400 `parse_error` that names the place of what is no filter
 */
export function parseFilter(sent: Json): Filter | undefined {
  const part = parseForm(sent, 'filter');
  return isEmpty(part) ? undefined : part;
}

/** A filter that may change what it matches. @throws VectorizerError 400 for one that is missing, none, or without conditions */
export function requireFilter(sent: Json | undefined): Filter {
  if (sent === undefined) throw validationError('filter', 'missing filter field');
  const filter = parseFilter(sent);
  if (filter === undefined) throw validationError('filter', 'filter has no conditions');
  return filter;
}

function parseForm(sent: Json, path: string): Part {
  const object = objectOf(sent, path);
  return isClauseForm(object) ? parseClauseForm(object, path, parseForm) : parseMapForm(object, path, parseForm);
}
