import { createReceiptSigner } from '@suffrage/contracts/sign-receipts.node';
import { electionsKey, type ElectionsMessage } from '@suffrage/contracts/topics';
import { type Entry, makeEntry, type VoteOptions } from './entries.ts';
import { realElection } from './real-election.ts';

export const shape = { partitions: 4, shards: 2 };

/** A secret and a pseudonymous election with real keys. */
const mayor = realElection('secret');
const council = realElection('pseudonymous');

const messages: readonly ElectionsMessage[] = [
  { kind: 'topology', shards: shape.shards },
  { kind: 'election', version: 1, definition: mayor.election.definition },
  { kind: 'election', version: 1, definition: council.election.definition },
];
/** Records of topic `elections`. */
export const definitions = messages.map(message => ({
  key: electionsKey(message),
  value: JSON.stringify(message),
}));

/** Signs receipts of the secret election, as ingestion does. */
export const signReceipts = createReceiptSigner(mayor.receiptKeyPem, 'ingestion-0');
export const mayorId: string = mayor.election.definition.id;

/** Votes of both elections with real tokens: copies, later and older revisions, and one of each kind that is refused. */
export const entries: readonly Entry[] = [
  ...Array.from({ length: 40 }, (_, voter) => vote(mayor, { voter, lane: voter, choice: voter % 3 })),
  ...[1, 2, 3].map(voter => vote(mayor, { voter, lane: voter + 1, choice: voter % 3 })),
  ...[1, 2, 3, 4].map(voter => vote(council, { voter, lane: voter })),
  ...[1, 2].map(voter => vote(council, { voter, lane: voter, revision: 2, instance: 'ingestion-1' })),
  vote(council, { voter: 1, lane: 0 }),
  vote(mayor, { voter: 101, spoil: 'token' }),
  vote(mayor, { voter: 102, spoil: 'selections' }),
  vote(mayor, { voter: 103, spoil: 'election' }),
  vote(mayor, { voter: 104, spoil: 'late' }),
  vote(mayor, { voter: 105, spoil: 'bytes' }),
];

function vote(
  { election, signer }: ReturnType<typeof realElection>,
  options: Partial<VoteOptions> & Pick<VoteOptions, 'voter'>,
): Entry {
  const revision = election.definition.mode === 'secret' ? 0 : 1;
  const common = { election, signer, revision, choice: 1, lane: 0, instance: 'ingestion-0' };
  return makeEntry({ ...shape, ...common, ...options });
}
