import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Authority, certificateHosts, createAuthority, issueCertificate, loadAuthority } from './certificate-authority.js';
import { readIfThere, writeFiles } from './certificate-files.js';

/** What `polyvec certs` is asked for. */
export interface CertsOptions {
  /** The directory that the files go to; made when it is not there. */
  readonly out: string;
  /** Host names and addresses besides those of this machine. */
  readonly host: readonly string[];
}

/**
 * Writes `server.pem` (the certificate and its authority's) and `server-key.pem`, and before them, unless they are there, the
 * authority's `ca.pem` and `ca-key.pem`. Returns the text for the person who ran it.
 * @throws Error when a host is none, when the authority that is there cannot be used, or when a file cannot be written.
 */
export async function makeCertificates(options: CertsOptions): Promise<string> {
  const hosts = certificateHosts(options.host);
  const directory = resolve(options.out);
  await mkdir(directory, { recursive: true });
  const found = await findAuthority(directory);
  const authority = found ?? (await createAuthority());
  const server = await issueCertificate(authority, hosts);
  if (found === undefined) {
    await writeFiles(directory, { 'ca-key.pem': authority.keyPem, 'ca.pem': authority.certificatePem });
  }
  await writeFiles(directory, { 'server-key.pem': server.key, 'server.pem': server.cert });
  return [
    `In ${directory}, for ${hosts.join(', ')}:`,
    `  ca.pem      ${found === undefined ? 'a new authority' : 'the authority that was there'}, until ${day(authority.notAfter)}`,
    `  server.pem  a new certificate, until ${day(server.notAfter)}`,
    'Whoever has ca-key.pem can pose as any host to those who trust ca.pem: for development only.',
    '',
    ...instructions(directory),
    '',
  ].join('\n');
}

async function findAuthority(directory: string): Promise<Authority | undefined> {
  const [certificate, key] = [join(directory, 'ca.pem'), join(directory, 'ca-key.pem')];
  const [certificatePem, keyPem] = [await readIfThere(certificate), await readIfThere(key)];
  if (certificatePem === undefined && keyPem === undefined) return undefined;
  if (certificatePem === undefined) throw new Error(`${key} is there, but not the ca.pem that belongs to it`);
  if (keyPem === undefined) throw new Error(`${certificate} is there, but not the ca-key.pem that belongs to it`);
  try {
    return await loadAuthority(certificatePem, keyPem);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`cannot use ${certificate} with ca-key.pem (${reason}); move both away for a new authority`, {
      cause: error,
    });
  }
}

function instructions(directory: string): readonly string[] {
  const authority = quote(join(directory, 'ca.pem'));
  const store = quote(join(directory, 'ca.p12'));
  return [
    'Start Polyvec with',
    `  export POLYVEC_TLS_CERT=${quote(join(directory, 'server.pem'))}`,
    `  export POLYVEC_TLS_KEY=${quote(join(directory, 'server-key.pem'))}`,
    'and clients with what theirs reads. All but the first replace the authorities of the system.',
    `  export NODE_EXTRA_CA_CERTS=${authority}                # Node.js`,
    `  export SSL_CERT_FILE=${authority}                      # Go, Python, Ruby, Rust`,
    `  export REQUESTS_CA_BUNDLE=${authority}                 # Python's requests`,
    `  export GRPC_DEFAULT_SSL_ROOTS_FILE_PATH=${authority}   # gRPC for Python, C++ and Node.js`,
    `  export CURL_CA_BUNDLE=${authority}                     # curl`,
    '  # Java',
    `  keytool -importcert -noprompt -alias polyvec -file ${authority} -keystore ${store} -storetype PKCS12 -storepass polyvec`,
    `  export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=${store} -Djavax.net.ssl.trustStorePassword=polyvec"`,
  ];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}

/** As a shell reads it. */
function quote(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
