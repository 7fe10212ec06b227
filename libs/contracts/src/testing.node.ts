import {
  constants,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import { type Election, prepareElection } from './ballot.ts';
import { type ElectionDefinition, electionDefinition } from './election.ts';
import { challengeDigest, tokenInput } from './privacy-pass.ts';
import { pseudonymousTokenMessage } from './pseudonymous-token.ts';
import { Redacted } from './redacted.ts';
import { encodeSelections, type MarkedOptions, selectOptions } from './selections.ts';
import { publishedKey } from './sign-receipts.node.ts';
import { rsaSpkiToPssSpki, tokenPrivateKey } from './token-keys.node.ts';
import { fromBase64url, toBase64url } from './bytes.ts';
import type { Vote } from './vote.ts';
import { voteId } from './vote-id.ts';
import { sha256 } from '#hash';

/** For tests and load generators only: an election with its private keys, and votes as valid as a voter's own. */
export type TestElection = {
  readonly election: Election;
  readonly tokenKey: KeyObject;
  readonly tokenKeyId: Uint8Array;
  readonly receiptKeyPem: string;
};

type Overrides = Partial<Omit<ElectionDefinition, 'tokenKeys' | 'receiptKeys'>> & {
  readonly receiptKeyPem?: string;
};

const HOUR_MILLIS = 3_600_000;

/** Two contests (exactly one of three; up to two of four), open for an hour around now, unless overridden. */
export function testElection(overrides: Overrides = {}): TestElection {
  const { receiptKeyPem = newReceiptKey(), ...definition } = overrides;
  const mode = definition.mode ?? 'secret';
  const { tokenKey, published } = mode === 'secret' ? rsaKey() : ed25519Key();
  const receiptKey = publishedKey(createPublicKey(receiptKeyPem));
  const election = prepareElection(
    electionDefinition.parse({
      id: `test-${randomBytes(6).toString('hex')}`,
      title: { en: 'Test' },
      contests: [contest('mayor', 3, 1, 1), contest('council', 4, 0, 2)],
      mode,
      eligibility: 'open',
      revote: 'none',
      opensAt: new Date(Date.now() - HOUR_MILLIS).toISOString(),
      closesAt: new Date(Date.now() + HOUR_MILLIS).toISOString(),
      timeZone: 'Europe/London',
      resultsPolicy: 'live',
      issuerName: 'issuer.test',
      ...definition,
      tokenKeys: [published],
      receiptKeys: [receiptKey],
    }),
  );
  return { election, tokenKey, tokenKeyId: bytes(published.keyId), receiptKeyPem };
}

function contest(id: string, options: number, minSelections: number, maxSelections: number) {
  const titles = Array.from({ length: options }, (_, i) => ({
    id: `${id}-${i + 1}`,
    title: { en: `${id} ${i + 1}` },
  }));
  return { id, title: { en: id }, minSelections, maxSelections, options: titles };
}

export function newReceiptKey(): string {
  return generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

function rsaKey() {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicExponent: 65_537,
  });
  const spki = rsaSpkiToPssSpki(publicKey.export({ format: 'der', type: 'spki' }));
  const published = { keyId: toBase64url(sha256(spki)), publicKey: toBase64url(spki) };
  return { tokenKey: tokenPrivateKey(privateKey.export({ format: 'der', type: 'pkcs8' })), published };
}

function ed25519Key() {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { tokenKey: privateKey, published: publishedKey(publicKey) };
}

type VoteOptions = {
  readonly marked?: MarkedOptions;
  readonly salt?: Uint8Array;
  readonly revision?: number;
  readonly voterReference?: Uint8Array;
};

/** A vote with a valid token. In `secret` mode the token equals one that was blinded, signed and unblinded. */
export function signedVote(
  { election, tokenKey, tokenKeyId }: TestElection,
  options: VoteOptions = {},
): Vote {
  const secret = election.definition.mode === 'secret';
  const marked = options.marked ?? { mayor: ['mayor-1'], council: [] };
  const { salt = randomBytes(32), revision = secret ? 0 : 1 } = options;
  const voterReference = options.voterReference ?? (secret ? new Uint8Array() : randomBytes(32));
  const selected = selectOptions(election, marked);
  if (!selected.ok) throw new Error(`${selected.field}: ${selected.code}`);
  const selections = encodeSelections(selected.selections);
  const id = voteId(election.ballotHash, salt, selections);
  const token = secret
    ? signSecretToken(election, tokenKey, tokenKeyId, id)
    : sign(
        null,
        pseudonymousTokenMessage({
          electionId: election.definition.id,
          voterReference,
          revision,
          voteId: id,
        }),
        tokenKey,
      );
  return {
    electionId: election.definition.id,
    selections: new Redacted(selections),
    salt: new Redacted(salt),
    token: new Redacted(token),
    tokenKeyId,
    revision,
    voterReference: new Redacted(voterReference),
  };
}

function signSecretToken(
  { definition }: Election,
  key: KeyObject,
  keyId: Uint8Array,
  id: Uint8Array,
): Uint8Array {
  const digest = challengeDigest(definition.issuerName, definition.id);
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 48 };
  return sign('sha384', tokenInput({ voteId: id, challengeDigest: digest, tokenKeyId: keyId }), {
    key,
    ...padding,
  });
}

function bytes(text: string): Uint8Array {
  const decoded = fromBase64url(text);
  if (!decoded) throw new Error('not base64url');
  return decoded;
}
