/** What becomes of a field that a client may send. */
export type FieldFate =
  | { readonly kind: 'used' }
  /** Accepted without effect. */
  | { readonly kind: 'ignored'; readonly reason: string }
  /** An error that names the field. */
  | { readonly kind: 'refused'; readonly reason: string };

const stated = new WeakMap<object, Map<string, FieldFate>>();

/** The field is accepted and changes nothing here, for the stated reason. */
export function Ignored(reason: string): PropertyDecorator {
  return state({ kind: 'ignored', reason });
}

/** The field is an error, for the stated reason. The request's own code words it, as its protocol does. */
export function Refused(reason: string): PropertyDecorator {
  return state({ kind: 'refused', reason });
}

/** The fate of every field that a request class declares, by name. What no decorator marks is used. */
export function fieldFates(type: new () => object): ReadonlyMap<string, FieldFate> {
  const marked = stated.get(type.prototype as object);
  // the fields of an instance are own properties from the start: so reads `validate`
  return new Map(Object.keys(new type()).map((field) => [field, marked?.get(field) ?? { kind: 'used' }]));
}

function state(fate: FieldFate): PropertyDecorator {
  return (prototype, field) => {
    const fates = stated.get(prototype) ?? new Map<string, FieldFate>();
    fates.set(String(field), fate);
    stated.set(prototype, fates);
  };
}
