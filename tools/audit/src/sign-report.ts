import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** @throws Error with one sentence when the file holds no Ed25519 private key as PEM. */
export function readAuditorKey(file: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(readFileSync(file));
  } catch (cause) {
    throw new Error(`${file}: this is no private key; make one as --help says`, { cause });
  }
  if (key.asymmetricKeyType !== 'ed25519')
    throw new Error(`${file}: an Ed25519 key is needed; make one as --help says`);
  return key;
}

/**
 * Writes a report, and with a key its signature (Ed25519, 64 bytes) over exactly the bytes of that file beside it as
 * `.sig`, so that anybody can check it with OpenSSL. Who signed is in the report: `auditor`, the public key as PEM.
 */
export function writeReport(file: string, report: object, key: KeyObject | undefined): void {
  const auditor = key && createPublicKey(key).export({ format: 'pem', type: 'spki' }).toString();
  const bytes = Buffer.from(
    `${JSON.stringify(auditor === undefined ? report : { ...report, auditor }, null, 2)}\n`,
  );
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
  if (key) writeFileSync(signatureFile(file), sign(null, bytes, key));
}

export function signatureFile(file: string): string {
  return `${file}.sig`;
}
