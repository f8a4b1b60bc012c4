/** `{index}-{project}` of `{index}-{project}.svc.{domain}`; undefined for any other host. */
export function indexOfHost(host: string | undefined, domain: string | undefined): string | undefined {
  if (host === undefined || domain === undefined) return undefined;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const suffix = `.svc.${domain}`;
  const label = name.endsWith(suffix) ? name.slice(0, -suffix.length) : '';
  return /^[a-z0-9-]+$/.test(label) ? label : undefined;
}
