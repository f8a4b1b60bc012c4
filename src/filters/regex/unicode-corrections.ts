import type { CodePointSet } from './code-point-set.js';

interface Correction {
  readonly add: CodePointSet;
  readonly remove: CodePointSet;
}

const HAS_GLOTTAL_STOP: Correction = { add: [0x295, 0x295], remove: [] };
const NO_NEW_CASE: Correction = { add: [], remove: [0xa7d3, 0xa7d3, 0xa7d5, 0xa7d5] };

/** What Unicode 17 changed for characters that Unicode 16 has, turned back; by property as JavaScript spells it. */
export const CORRECTIONS: ReadonlyMap<string, Correction> = new Map([
  ['gc=Cased_Letter', HAS_GLOTTAL_STOP],
  ['gc=Lowercase_Letter', HAS_GLOTTAL_STOP],
  ['gc=Other_Letter', { add: [], remove: [0x295, 0x295] }],
  ['Cased', HAS_GLOTTAL_STOP],
  ['Lowercase', HAS_GLOTTAL_STOP],
  ['Changes_When_Casemapped', NO_NEW_CASE],
  ['Changes_When_Titlecased', NO_NEW_CASE],
  ['Changes_When_Uppercased', NO_NEW_CASE],
  ['Diacritic', { add: [], remove: [0x5a2, 0x5a2, 0x5c5, 0x5c5, 0x5c7, 0x5c7, 0x1d9b, 0x1dbe] }],
  ['Script_Extensions=Inherited', { add: [], remove: [0x320, 0x320] }],
  ['Script_Extensions=Latin', { add: [0x320, 0x320], remove: [] }],
  ['Script_Extensions=Nandinagari', { add: [], remove: [0x951, 0x951] }],
  [
    'Script_Extensions=Newa',
    {
      add: [],
      remove: [0x951, 0x952, 0x1cd5, 0x1cd5, 0x1cd7, 0x1cd8, 0x1ce2, 0x1ce2, 0x1ce9, 0x1ce9, 0x1ceb, 0x1ceb, 0x1ced, 0x1ced],
    },
  ],
  ['Script_Extensions=Sharada', { add: [], remove: [0x1cea, 0x1cea, 0x1ced, 0x1ced] }],
  ['Script_Extensions=Syriac', { add: [0x320, 0x320], remove: [0x331, 0x331] }],
  ['Script_Extensions=Telugu', { add: [], remove: [0x1cd5, 0x1cd6, 0x1cd8, 0x1cd8] }],
  ['Script_Extensions=Tifinagh', { add: [], remove: [0x306, 0x306, 0x308, 0x308, 0x323, 0x323] }],
  ['Script_Extensions=Tirhuta', { add: [], remove: [0x1cd5, 0x1cd5, 0x1ce2, 0x1ce2] }],
]);
