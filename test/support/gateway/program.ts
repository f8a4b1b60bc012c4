import { fileURLToPath } from 'node:url';

/** `polyvec` as users have it; what runs the tests has built it. Its arguments follow. */
export const POLYVEC = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
