import { readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { fileName } from '../parquet/folder.js';

/** Why nothing can be imported from a URI, in words for the client that has sent it. */
export class ImportRefused extends Error {}

/**
 * The file or folder that a `file://` URI names below the tenant's folder of the root, as the system knows it: symbolic links are resolved,
 * and whatever lies elsewhere is not there.
 * @throws ImportRefused
 */
export async function importPlace(root: string, tenant: string, uri: string): Promise<string> {
  const missing = new ImportRefused(`There is nothing to import at ${uri}`);
  const real = async (path: string): Promise<string> =>
    realpath(path).catch(() => {
      throw missing;
    });
  const path = pathOf(uri);
  const whole = await real(root);
  const own = await real(join(whole, fileName(tenant)));
  const found = await real(join(own, path));
  // a tenant's folder may itself be a link
  if (!isBelow(own, whole) || (found !== own && !isBelow(found, own))) throw missing;
  const { isDirectory } = await stat(found).then((each) => ({ isDirectory: each.isDirectory() }));
  if (isDirectory) await requireNoLinks(found, uri);
  return found;
}

/** @throws ImportRefused for what is no `file://` URI without a host */
function pathOf(uri: string): string {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url?.protocol !== 'file:' || url.host !== '' || url.search !== '' || url.hash !== '')
    throw new ImportRefused(`Imports are served from file:///path alone, not from ${uri}`);
  try {
    return decodeURIComponent(url.pathname);
  } catch {
    throw new ImportRefused(`${uri} is no URI`);
  }
}

/** A link within the folder could lead out of it, now or later. */
async function requireNoLinks(folder: string, uri: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  if (entries.some((entry) => entry.isSymbolicLink()))
    throw new ImportRefused(`There is a symbolic link at ${uri}, and imports read files alone`);
}

function isBelow(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
