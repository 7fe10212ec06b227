import type { ElectionDefinition } from '@suffrage/contracts/election';
import { electionDefinition } from '@suffrage/contracts/election';
import { type Flow, flowSchema } from '@suffrage/contracts/flow';
import { type ResultsDocument, resultsDocumentSchema } from '@suffrage/contracts/official';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { readResultsKey, signStatement } from '@suffrage/contracts/sign-statement.node';
import { newReceiptKey } from '@suffrage/contracts/testing.node';
import { createPublicKey } from 'node:crypto';

/** First preferences of Edinburgh 2022, ward 16, in the order of the ballot paper's surnames. */
const FIRST_PREFERENCES = [
  ['cameron', 'Lezley Marion Cameron', 3419],
  ['christie', 'Iain Christie', 187],
  ['doggart', 'Phil Doggart', 2239],
  ['fox', 'Grant Fox', 295],
  ['macinnes', 'Lesley Macinnes', 2906],
  ['mattos-coelho', 'Ana Mattos Coelho', 910],
  ['measom', 'Chris Measom', 725],
  ['meron', 'Nick Meron', 222],
  ['nichol', 'Elaine Nichol', 1023],
  ['planche', 'David Planche', 507],
] as const;

const DAY_MILLIS = 86_400_000;

type Changes = Partial<
  Pick<
    ElectionDefinition,
    'contests' | 'resultsPolicy' | 'opensAt' | 'closesAt' | 'resultsKeys' | 'privacyThreshold'
  >
>;

/** The ward's election, open now unless `changes` says otherwise. */
export function edinburgh(changes: Changes = {}): ElectionDefinition {
  const key = { keyId: 'a2V5', publicKey: 'a2V5' };
  return electionDefinition.parse({
    id: 'edinburgh-2022-ward-16',
    title: { en: 'Liberton/Gilmerton, City of Edinburgh Council' },
    contests: [
      {
        id: 'first-preference',
        title: { en: 'First preferences' },
        minSelections: 1,
        maxSelections: 1,
        options: FIRST_PREFERENCES.map(([id, name]) => ({ id, title: { en: name } })),
      },
    ],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date(Date.now() - DAY_MILLIS).toISOString(),
    closesAt: new Date(Date.now() + DAY_MILLIS).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
    issuerName: 'registrar.example',
    tokenKeys: [key],
    receiptKeys: [key],
    ...changes,
  });
}

type SnapshotOptions = { readonly version: number; readonly portion?: number } & Partial<
  Pick<Snapshot, 'contests' | 'provisional' | 'asOf' | 'annulled'>
>;

/** A snapshot after `portion` (0 to 1) of the 12,433 votes, spread over two ingestion instances. */
export function snapshot({ version, portion = 1, ...changes }: SnapshotOptions): Snapshot {
  const options = FIRST_PREFERENCES.map(([id, , votes]) => ({ id, votes: Math.round(votes * portion) }));
  const counted = options.reduce((sum, { votes }) => sum + votes, 0);
  const first = Math.floor(counted / 2) - Math.min(12, Math.floor(counted / 3));
  return snapshotSchema.parse({
    electionId: 'edinburgh-2022-ward-16',
    version,
    counted,
    contests: [{ id: 'first-preference', options }],
    ingestion: [
      { instance: 'ingestion-1', votes: first },
      { instance: 'ingestion-2', votes: counted - first },
    ],
    asOf: new Date().toISOString(),
    provisional: true,
    ...changes,
  });
}

const resultsKey = readResultsKey(newReceiptKey());

/** The key that signs these results, as a definition names it. */
export const resultsKeys = [publishedKey(createPublicKey(resultsKey.privateKey))];

/** The official results of all votes, signed. */
export function officialResults(): ResultsDocument {
  const { counted, contests } = snapshot({ version: 1 });
  const { opensAt, closesAt, id } = edinburgh();
  const hash = Buffer.alloc(32).toString('base64url');
  return resultsDocumentSchema.parse(
    signStatement(resultsKey, {
      kind: 'results' as const,
      electionId: id,
      ballotHash: hash,
      definitionHash: hash,
      statedAt: '2022-05-06T09:00:00.000Z',
      opensAt,
      closesAt,
      counted,
      contests: (contests ?? []).map(contest => ({ ...contest, undervotes: 0, blank: 0 })),
      issued: null,
      log: { topic: 'votes', endOffsets: [counted] },
      zeroReport: null,
    }),
  );
}

/** Who handled 120 of the votes: two ingestion processes, four partitions, two processors. */
export function flow(): Flow {
  const votes = [30, 20, 30, 40];
  const at = (secondsAgo: number) => new Date(Date.now() - 1_000 * secondsAgo).toISOString();
  return flowSchema.parse({
    electionId: 'edinburgh-2022-ward-16',
    asOf: at(0),
    window: {
      from: at(30),
      to: at(15),
      flows: votes.map((count, partition) => ({
        instance: `ingestion-${(partition % 2) + 1}`,
        partition,
        votes: count,
      })),
    },
    partitions: votes
      .map((_, partition) => ({
        partition,
        lagRecords: partition,
        processor: `processor-${Math.floor(partition / 2) + 1}`,
      }))
      .map(row => (row.partition === 3 ? { ...row, lagRecords: 0 } : row)),
    acknowledgeP99Millis: 18.4,
    replicaLagMillis: null,
  });
}
