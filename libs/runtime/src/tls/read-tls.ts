import { createPrivateKey, X509Certificate } from 'node:crypto';
import { statSync } from 'node:fs';
import { readText } from '../read-text.ts';

/** Where certificates lie, as PEM. Each file may be replaced at any time. */
export type TlsFiles = {
  /** Whom the other side's certificate must come from; several certificates while one authority follows another. */
  readonly ca?: string | undefined;
  /** Our own, followed by those between it and its authority. */
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
};

/** The content of the files, under the names that `node:tls` has for them. */
export type TlsMaterial = { readonly ca?: string; readonly cert?: string; readonly key?: string };

export type TlsRead =
  | { readonly ok: true; readonly material: TlsMaterial }
  | { readonly ok: false; readonly file: keyof TlsFiles; readonly message: string };

/** Reads the files and looks whether they can be used at the instant `now` (milliseconds since 1970). */
export function readTls(files: TlsFiles, now = Date.now()): TlsRead {
  const content: { ca?: string; certificate?: string; key?: string } = {};
  for (const file of ['ca', 'certificate', 'key'] as const) {
    const path = files[file];
    if (path === undefined) continue;
    const read = readText(path);
    if (!read.ok) return { ok: false, file, message: read.message };
    content[file] = read.text;
  }
  const { ca, certificate, key } = content;
  const problem =
    (ca === undefined ? undefined : wrong('ca', files, checkAuthorities(ca, now))) ??
    (certificate === undefined
      ? undefined
      : wrong('certificate', files, checkCertificate(certificate, now))) ??
    (key === undefined ? undefined : wrong('key', files, checkKey(key, certificate)));
  if (problem) return problem;
  const material = {
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
  };
  return { ok: true, material };
}

/** Changes whenever one of the files is replaced or rewritten: a mounted secret is a link to another file then. */
export function stateOfFiles({ ca, certificate, key }: TlsFiles): string {
  return [ca, certificate, key].map(path => (path === undefined ? '' : stateOf(path))).join(' ');
}

function stateOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.ino}:${found.mtimeMs}:${found.size}` : 'gone';
}

function wrong(file: keyof TlsFiles, files: TlsFiles, message: string | undefined) {
  return message === undefined
    ? undefined
    : ({ ok: false, file, message: `${message}: ${files[file]}` } as const);
}

/** An authority that has ended does no harm beside one that has not. */
function checkAuthorities(text: string, now: number): string | undefined {
  const certificates = parseCertificates(text);
  if (certificates === undefined || certificates.length === 0)
    return 'names a file that holds no certificate (PEM)';
  if (certificates.some(each => each.validToDate.getTime() > now)) return undefined;
  return `names a file whose certificates ended on ${certificates[0]?.validToDate.toISOString()}`;
}

function checkCertificate(text: string, now: number): string | undefined {
  const [leaf] = parseCertificates(text) ?? [];
  if (leaf === undefined) return 'names a file that holds no certificate (PEM)';
  if (leaf.validToDate.getTime() <= now)
    return `names a certificate that ended on ${leaf.validToDate.toISOString()}`;
  if (leaf.validFromDate.getTime() > now)
    return `names a certificate that begins on ${leaf.validFromDate.toISOString()}`;
  return undefined;
}

/** `certificate` has been checked before. */
function checkKey(text: string, certificate: string | undefined): string | undefined {
  const [leaf] = parseCertificates(certificate ?? '') ?? [];
  try {
    const key = createPrivateKey(text);
    return leaf?.checkPrivateKey(key) === false
      ? 'names a key that is not that of the certificate'
      : undefined;
  } catch {
    return 'names a file that holds no private key (PEM, not encrypted)';
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function parseCertificates(text: string): X509Certificate[] | undefined {
  try {
    return (text.match(PEM_CERTIFICATE) ?? []).map(pem => new X509Certificate(pem));
  } catch {
    return undefined;
  }
}
