import type { EmbeddingModel, Model } from '../../../embedding/model.js';
import { type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import { invalidArgument } from '../pinecone-error.js';

export type ParameterValue = string | number | boolean;

/** A parameter that a model takes, as its description lists it. */
export interface ModelParameter {
  readonly parameter: string;
  readonly type: 'one_of' | 'numeric_range' | 'any';
  readonly value_type: 'string' | 'integer' | 'boolean';
  readonly required: boolean;
  readonly allowed_values?: readonly ParameterValue[];
  readonly min?: number;
  readonly max?: number;
  readonly default: ParameterValue;
}

/** Too long texts are cut or refused by the endpoint of a model, as it is set up; built-in models take any length. */
const TRUNCATE: ModelParameter = {
  parameter: 'truncate',
  type: 'one_of',
  value_type: 'string',
  required: false,
  allowed_values: ['END', 'NONE'],
  default: 'END',
};
const INPUT_TYPE: ModelParameter = {
  parameter: 'input_type',
  type: 'one_of',
  value_type: 'string',
  required: false,
  allowed_values: ['query', 'passage'],
  default: 'passage',
};
const RETURN_TOKENS: ModelParameter = {
  parameter: 'return_tokens',
  type: 'any',
  value_type: 'boolean',
  required: false,
  default: false,
};

/** The parameters that the model takes besides its inputs. */
export function parametersOf(model: Model): readonly ModelParameter[] {
  if (model.type === 'rerank') return [TRUNCATE];
  return [INPUT_TYPE, TRUNCATE, ...(model.vectorType === 'sparse' ? [RETURN_TOKENS] : dimensionOf(model))];
}

/** The parameters' values, with the defaults of those that were not sent. @throws PineconeError 400 for what the model does not take */
export function readParameters(model: Model, sent: JsonObject | undefined): ReadonlyMap<string, ParameterValue> {
  const known = parametersOf(model);
  const values = new Map(known.map((parameter) => [parameter.parameter, parameter.default]));
  for (const [name, value] of sent ?? []) {
    if (value === null) continue;
    const parameter = known.find((candidate) => candidate.parameter === name);
    if (parameter === undefined) throw invalidArgument(`parameters.${name} is not supported by model ${model.name}`);
    values.set(name, readValue(parameter, value));
  }
  return values;
}

function dimensionOf({ defaultDimension, supportedDimensions: range }: EmbeddingModel): readonly ModelParameter[] {
  if (range === null || defaultDimension === null) return [];
  const common = { parameter: 'dimension', value_type: 'integer', required: false, default: defaultDimension } as const;
  return [
    range.min === range.max
      ? { ...common, type: 'one_of', allowed_values: [range.min] }
      : { ...common, type: 'numeric_range', ...range },
  ];
}

function readValue(parameter: ModelParameter, sent: Json): ParameterValue {
  const value = sent instanceof JsonNumber ? Number(sent.text) : sent;
  const { allowed_values: allowed, min = -Infinity, max = Infinity } = parameter;
  const type = parameter.value_type === 'integer' ? 'number' : parameter.value_type;
  if (typeof value === type && (typeof value === 'string' || typeof value === 'boolean' || Number.isInteger(value))) {
    const scalar = value as ParameterValue;
    const inRange = typeof scalar !== 'number' || (scalar >= min && scalar <= max);
    if (inRange && (allowed?.includes(scalar) ?? true)) return scalar;
  }
  const range = parameter.min === undefined ? parameter.value_type : `an integer from ${String(min)} to ${String(max)}`;
  throw invalidArgument(`parameters.${parameter.parameter}: expected ${allowed?.join(' or ') ?? range}`);
}
