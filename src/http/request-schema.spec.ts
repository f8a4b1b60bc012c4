import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { requestSchema } from './request-schema.js';

class Request {
  @IsString() name!: string;
  @IsOptional() @IsInt() @Min(1) @Max(9) limit?: number | null;
  @ValidateIf((_object, value) => value !== undefined) @IsArray() @IsIn(['a', 'b'], { each: true }) include?: string[];
  @IsOptional() @IsIn(['x', 'y']) kind?: string;
  @IsNumber() score!: number;
  @IsObject() spec!: object;
  @IsOptional() @IsBoolean() flag?: boolean;
  vector?: Float32Array;
}

class Unknown {
  @Length(1, 2) name!: string;
}

const VECTOR = { type: 'array', items: { type: 'number' } };

describe('the schema of a request class', () => {
  it('has the rules of every field', () => {
    expect(requestSchema({ type: Request, fields: { vector: VECTOR } })).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string' },
        limit: { type: ['integer', 'null'], minimum: 1, maximum: 9 },
        include: { type: 'array', items: { enum: ['a', 'b'] } },
        kind: { enum: ['x', 'y', null] },
        score: { type: 'number' },
        spec: { type: 'object' },
        flag: { type: ['boolean', 'null'] },
        vector: VECTOR,
      },
      required: ['name', 'score', 'spec'],
    });
  });

  it('takes what is given for a field before its rules', () => {
    const { properties } = requestSchema({ type: Request, fields: { vector: VECTOR, name: { type: 'string', minLength: 3 } } });
    expect(properties).toMatchObject({ name: { type: 'string', minLength: 3 } });
  });

  it('has other names of fields, and fields that something else demands', () => {
    const schema = requestSchema({
      type: Request,
      fields: { vector: VECTOR },
      aliases: { top_k: 'limit' },
      required: ['vector'],
    });
    expect(schema['properties']).toMatchObject({ top_k: { type: ['integer', 'null'], description: 'Another name of `limit`.' } });
    expect(schema['required']).toEqual(['vector', 'name', 'score', 'spec']);
  });

  it('is refused for a field that nothing is known of', () => {
    expect(() => requestSchema({ type: Request })).toThrow('Request.vector has no rule and no schema');
  });

  it('is refused for what is said of a field that there is not', () => {
    expect(() => requestSchema({ type: Request, fields: { vector: VECTOR, size: {} } })).toThrow('Request has no field size');
    expect(() => requestSchema({ type: Request, fields: { vector: VECTOR }, aliases: { k: 'size' } })).toThrow('no field size');
  });

  it('is refused for a rule that has no schema', () => {
    expect(() => requestSchema({ type: Unknown })).toThrow('the rule isLength has no schema');
  });
});
