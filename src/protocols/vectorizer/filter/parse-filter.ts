import type { Filter } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
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

function parseForm(sent: Json, path: string): Part {
  const object = objectOf(sent, path);
  return isClauseForm(object) ? parseClauseForm(object, path, parseForm) : parseMapForm(object, path, parseForm);
}
