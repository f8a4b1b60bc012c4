import { createPrivateKey, randomBytes, webcrypto, X509Certificate as NodeCertificate } from 'node:crypto';
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Certificate } from '../http/tls.js';

/** What signs certificates. */
export interface Authority {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly key: webcrypto.CryptoKey;
  readonly keyPem: string;
  readonly notAfter: Date;
}

/** A certificate and when it ends. */
export interface IssuedCertificate extends Certificate {
  readonly notAfter: Date;
}

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNATURE = { name: 'ECDSA', hash: 'SHA-256' } as const;

const DAY_MS = 86_400_000;
const AUTHORITY_DAYS = 3650;
/** Apple's systems refuse certificates of more than 825 days. */
const CERTIFICATE_DAYS = 820;

/** What a client on this machine may call it. */
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1'];

/**
 * The names of this machine and `hosts`, each once, as a certificate spells them.
 * @throws Error when one is neither an address nor a host name (`*.` in front is allowed).
 */
export function certificateHosts(hosts: readonly string[]): readonly string[] {
  const names = hosts.map((host) => {
    if (isIP(host) !== 0) return host;
    const wildcard = host.startsWith('*.') ? '*.' : '';
    const name = domainToASCII(host.slice(wildcard.length));
    if (/^[a-z0-9_]([a-z0-9_-]*[a-z0-9])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9])?)*$/.test(name)) return wildcard + name;
    throw new Error(`--host must be a host name or an address, not "${host}"`);
  });
  return [...new Set([...LOCAL_HOSTS, ...names])];
}

/** An authority of its own name: a trust store may hold several. */
export async function createAuthority(): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`Polyvec development CA ${randomBytes(4).toString('hex')}`] }],
    ...validity(AUTHORITY_DAYS),
    signingAlgorithm: SIGNATURE,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate,
    certificatePem: pem(certificate),
    key: keys.privateKey,
    keyPem: await keyPem(keys.privateKey),
    notAfter: certificate.notAfter,
  };
}

/** @throws Error when the two do not belong together, are not of the kind that `createAuthority` makes, or are out of date. */
export async function loadAuthority(certificatePem: string, privateKeyPem: string): Promise<Authority> {
  const privateKey = createPrivateKey(privateKeyPem);
  const node = new NodeCertificate(certificatePem);
  if (!node.ca) throw new Error('it may not sign certificates');
  if (!node.checkPrivateKey(privateKey)) throw new Error('the key is not its key');
  const certificate = new X509Certificate(node.raw);
  if (certificate.notAfter.getTime() < Date.now()) throw new Error(`it ended on ${certificate.notAfter.toISOString()}`);
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  const key = await webcrypto.subtle.importKey('pkcs8', der, KEY, false, ['sign']);
  return { certificate, certificatePem, key, keyPem: privateKeyPem, notAfter: certificate.notAfter };
}

/** A server's certificate for `hosts`, followed by its authority's. */
export async function issueCertificate(authority: Authority, hosts: readonly string[]): Promise<IssuedCertificate> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const { notBefore, notAfter } = validity(CERTIFICATE_DAYS);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [{ CN: ['Polyvec development server'] }],
    issuer: authority.certificate.subjectName,
    notBefore,
    notAfter: notAfter < authority.notAfter ? notAfter : authority.notAfter,
    signingAlgorithm: SIGNATURE,
    signingKey: authority.key,
    publicKey: keys.publicKey,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }))),
      await AuthorityKeyIdentifierExtension.create(authority.certificate.publicKey),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    cert: pem(certificate) + authority.certificatePem,
    key: await keyPem(keys.privateKey),
    notAfter: certificate.notAfter,
  };
}

/** From an hour ago, for clients whose clocks are late. */
function validity(days: number): { readonly notBefore: Date; readonly notAfter: Date } {
  const notBefore = new Date(Date.now() - 3_600_000);
  return { notBefore, notAfter: new Date(notBefore.getTime() + days * DAY_MS) };
}

/** Positive, and of 16 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = 0x40 | (Number(bytes[0]) & 0x3f);
  return bytes.toString('hex');
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}

async function keyPem(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString();
}
