import type { ElectionDefinition } from '@suffrage/contracts/election';
import { electionDefinition } from '@suffrage/contracts/election';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';

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

type Changes = Partial<Pick<ElectionDefinition, 'resultsPolicy' | 'opensAt' | 'closesAt'>>;

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
  Pick<Snapshot, 'contests' | 'provisional' | 'asOf'>
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
