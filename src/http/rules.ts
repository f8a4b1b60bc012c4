import { getMetadataStorage, ValidationTypes, type ValidatorConstraintInterface } from 'class-validator';

interface Rule {
  readonly validator: ValidatorConstraintInterface;
  /** What the decorator was given. */
  readonly constraints: unknown[];
  readonly each: boolean;
}

type Condition = (instance: object, value: unknown) => boolean;

interface Field {
  readonly name: string;
  /** The rules hold for values that all of these take. */
  readonly conditions: Condition[];
  readonly rules: Rule[];
}

const fieldsByType = new Map<object, readonly Field[] | undefined>();

/**
 * Whether an instance of a request class keeps all of the class' class-validator rules. False may also mean that one of them is
 * not understood here. `validateSync`, which knows, looks through the rules of every class for every instance.
 */
export function keepsRules(instance: object): boolean {
  const type = instance.constructor;
  if (!fieldsByType.has(type)) fieldsByType.set(type, fieldsOf(instance));
  return fieldsByType.get(type)?.every((field) => keepsFieldRules(instance, field)) ?? false;
}

function keepsFieldRules(instance: object, { name, conditions, rules }: Field): boolean {
  const value = (instance as Readonly<Record<string, unknown>>)[name];
  if (!conditions.every((applies) => applies(instance, value))) return true;
  return rules.every(({ validator, constraints, each }) => {
    const details = { value, constraints, targetName: instance.constructor.name, object: instance, property: name };
    const keeps = (item: unknown): boolean => validator.validate(item, details) === true;
    return each && Array.isArray(value) ? value.every(keeps) : keeps(value);
  });
}

/** The fields of an instance's class; undefined when there is a rule of a kind that only class-validator knows. */
function fieldsOf(instance: object): readonly Field[] | undefined {
  const storage = getMetadataStorage();
  const fields = new Map<string, Field>();
  for (const metadata of storage.getTargetValidationMetadatas(instance.constructor, '', false, false)) {
    const name = metadata.propertyName;
    const field = fields.get(name) ?? { name, conditions: [], rules: [] };
    fields.set(name, field);
    const constraints = metadata.constraints as unknown[];
    if (metadata.type === ValidationTypes.CONDITIONAL_VALIDATION) {
      field.conditions.push(constraints[0] as Condition);
    } else if (metadata.type === ValidationTypes.CUSTOM_VALIDATION && metadata.validateIf === undefined) {
      for (const { instance: validator } of storage.getTargetValidatorConstraints(metadata.constraintCls)) {
        field.rules.push({ validator, constraints, each: metadata.each });
      }
    } else {
      return undefined;
    }
  }
  return [...fields.values()];
}
