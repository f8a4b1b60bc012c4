/**
 * `npm run soak -- --minutes 20`: mixed load on one gateway, whose memory, connections and handles must stay what they are: test/chaos/programs/soak.ts,
 * on the server that TEST_DATABASE_URL or DATABASE_URL names, or else on the development database. `--rate 150` requests a second.
 */
process.argv.splice(2, 0, 'soak');
await import('./chaos.js');
