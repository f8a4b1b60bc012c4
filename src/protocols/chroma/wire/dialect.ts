import { type BodyDialect, PLAIN } from '../../../http/validate.js';
import { unprocessable } from '../chroma-error.js';

/** Bodies of API v2: its server takes each field once. */
export const API_V2: BodyDialect = { ...PLAIN, repeated: (field) => unprocessable('', `duplicate field \`${field}\``) };
