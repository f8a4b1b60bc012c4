import { IsArray, IsIn, IsInt, IsOptional, IsString, Max, Min, ValidateIf, ValidateNested, validateSync } from 'class-validator';
import fc from 'fast-check';
import { keepsRules } from './rules.js';
import { check, RequestError } from './validate.js';

class Order {
  @IsString() name!: unknown;
  @IsInt() @Min(1) @Max(10) count!: unknown;
  @IsOptional() @IsArray() @IsString({ each: true }) tags?: unknown;
  @ValidateIf((_object, value) => value !== undefined) @IsIn(['red', 'blue'], { each: true }) colours?: unknown;
  note?: unknown;
}

class GiftOrder extends Order {
  @IsInt() wrapping!: unknown;
}

class Basket {
  @ValidateNested() order!: unknown;
}

const GOOD = { name: 'a', count: 3, tags: ['x'], colours: ['red'], wrapping: 1 };

/** Values that keep a rule about as often as they break it. */
const values = fc.oneof(
  fc.constantFrom(undefined, null, '', 'red', 'green', 0, 1, 10, 11, 1.5, -1, NaN, true, {}),
  fc.array(fc.constantFrom('red', 'blue', 'green', 7, null), { maxLength: 3 }),
);

function order(changes: object): GiftOrder {
  return Object.assign(new GiftOrder(), GOOD, changes);
}

describe('the rules of a request class', () => {
  it('are kept and broken by what class-validator takes and refuses', () => {
    fc.assert(
      fc.property(fc.constantFrom('name', 'count', 'tags', 'colours', 'note', 'wrapping'), values, (field, value) => {
        const instance = order({ [field]: value });
        const errors = validateSync(instance, { forbidUnknownValues: false });
        expect(keepsRules(instance)).toBe(errors.length === 0);
      }),
      { numRuns: 500 },
    );
  });

  it('name what breaks them', () => {
    const problem = { kind: 'field', field: 'colours', value: ['red', 'green'], rule: 'isIn' };
    const refusal: unknown = expect.objectContaining({ problem });
    expect(() => check(order({ colours: ['red', 'green'] }))).toThrow(refusal as Error);
  });

  it('are left to class-validator for the values of a map', () => {
    const instance = order({ colours: new Map([['key', 'red']]) });
    expect(keepsRules(instance)).toBe(false);
    expect(check(instance)).toBe(instance);
  });

  it('are left to class-validator when one is of a kind that is not known', () => {
    const basket = Object.assign(new Basket(), { order: order({}) });
    expect(keepsRules(basket)).toBe(false);
    expect(check(basket)).toBe(basket);
    expect(() => check(Object.assign(new Basket(), { order: 'none' }))).toThrow(RequestError);
  });
});
