import { createPublicKey, hash, type KeyObject, verify } from 'node:crypto';
import { fromBase64url, toBase64url } from '@suffrage/contracts/bytes';
import type { AuditAddendum, ResultsDocument } from '@suffrage/contracts/official';
import { statementHash } from '@suffrage/contracts/signed-statement';
import type { Findings } from './findings.ts';

/** A file that is said to be a report which an addendum names. */
export type NamedReport = { readonly file: string; readonly bytes: Uint8Array };

const ED25519_SIGNATURE_BYTES = 64;

/**
 * INV-5: each addendum is on these very results, and none of the series is gone. An auditor's signature is over the
 * report's bytes, so it is verified where the report is at hand.
 */
export function judgeAddenda(
  findings: Findings,
  electionId: string,
  addenda: readonly AuditAddendum[],
  results: ResultsDocument | undefined,
  reports: readonly NamedReport[],
): void {
  const report = (message: string) => findings.add('statement-invalid', message, { electionId });
  for (const addendum of addenda) {
    const name = `the audit-addendum ${addendum.number ?? 1}`;
    if (!results || addendum.results !== statementHash(results)) report(`${name} is on other results`);
    const flaw = flawOfAuditor(addendum, reports);
    if (flaw !== undefined) report(`${name} ${flaw}`);
  }
  const numbers = addenda.map(({ number = 1 }) => number).toSorted((a, b) => a - b);
  if (numbers.some((number, place) => number !== place + 1))
    report(`of the audit-addenda there are only the numbers ${numbers.join(', ')}`);
}

function flawOfAuditor(
  { auditor, auditorSignature, report }: AuditAddendum,
  reports: readonly NamedReport[],
): string | undefined {
  const key = ed25519Key(auditor);
  const signature = fromBase64url(auditorSignature);
  if (!key || signature?.length !== ED25519_SIGNATURE_BYTES) return 'has no Ed25519 signature of an auditor';
  const bytes = reports.find(each => reportHash(each) === report)?.bytes;
  if (bytes && !verify(null, bytes, key, signature)) return 'has a signature that is not the auditor’s';
  return undefined;
}

function ed25519Key(spki: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

export const reportHash = ({ bytes }: NamedReport): string => toBase64url(hash('sha256', bytes, 'buffer'));
