import { ROOT, runIn } from '../support/package/package.js';

const MINUTES = 6;
/** What the recorded durations of the suites of `npm test` come to, with its two workers. */
const PROGRAM = `
  import { minutesPlanned, plan } from './test/support/setup/durations.js';
  import config from './jest.config.js';
  plan(config.testMatch.map((file) => file.replace('<rootDir>', process.cwd())));
  console.log(minutesPlanned());
`;

describe('npm test', () => {
  it('is planned for at most six minutes on two cores: test/suites.js says where the rest runs', () => {
    const { output } = runIn(ROOT, process.execPath, ['--input-type=module', '--eval', PROGRAM]);
    expect(Number(output)).toBeLessThanOrEqual(MINUTES);
    expect(Number(output)).toBeGreaterThan(1);
  });
});
