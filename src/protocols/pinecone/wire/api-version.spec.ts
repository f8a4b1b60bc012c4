import { apiVersion } from './api-version.js';

describe('apiVersion', () => {
  it.each(['2024-04', '2024-07', '2025-01', '2025-04', '2025-10', '2026-04', '2026-07'])(
    'is what the header says: %s',
    (header) => {
      expect(apiVersion(header)).toBe(header);
    },
  );

  it('is the oldest without a header', () => {
    expect(apiVersion(undefined)).toBe('2024-07');
    expect(apiVersion([])).toBe('2024-07');
  });

  it.each(['unstable', 'nonsense', '', '2025', '2025-1', '25-10', ' 2025-10', 'v2025-10', '2025/10'])(
    'is the newest of the classic shape for what is no version: %j',
    (header) => {
      expect(apiVersion(header)).toBe('2026-04');
    },
  );

  it.each(['2026-08', '2026-10', '2027-01', '9999-99'])('is the newest known for a later one: %s', (header) => {
    expect(apiVersion(header)).toBe('2026-07');
  });

  it.each([
    ['2026-01.alpha', '2026-01'],
    ['2025-04-15', '2025-04'],
    ['2025-10, 2025-10', '2025-10'],
  ])('is what the header begins with: %s', (header, version) => {
    expect(apiVersion(header)).toBe(version);
  });

  it('is the first of several headers', () => {
    expect(apiVersion(['2025-01', '2026-07'])).toBe('2025-01');
  });
});
