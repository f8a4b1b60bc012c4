/** How a batch went as a whole. */
export function batchStatus(succeeded: number, failed: number): 'success' | 'partial' | 'error' {
  if (failed === 0) return 'success';
  return succeeded === 0 ? 'error' : 'partial';
}
