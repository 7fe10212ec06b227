import { toBase64url } from '@suffrage/contracts/bytes';

// How the local queue lies in its database:
//
//     vote/<shard>/<number>/<identity>  ->  u64 milliseconds since 1970, vote record
//     name/<identity>                   ->  the key of the vote
//     expired/<identity>                ->  milliseconds since 1970
//
// A vote and its name are written and removed together, and so are its expiry mark and the removal.

export const VOTES = 'vote/';
export const NAMES = 'name/';
export const EXPIRED = 'expired/';
export const TIME_BYTES = 8;

/** What tells a vote from every other one. */
export type VoteIdentity = {
  readonly electionId: string;
  readonly voteId: Uint8Array;
  readonly ballotKey: Uint8Array;
  readonly revision: number;
};

/** Ids and base64url hold no `/`. */
export function identityOf({ electionId, voteId, ballotKey, revision }: VoteIdentity): string {
  return `${electionId}/${toBase64url(voteId)}/${toBase64url(ballotKey)}/${revision}`;
}

const digits = (value: number, width: number) => String(value).padStart(width, '0');
export const shardPrefix = (shard: number) => `${VOTES}${digits(shard, 3)}/`;
export const voteKey = (shard: number, number: number, identity: string) =>
  `${shardPrefix(shard)}${digits(number, 16)}/${identity}`;
export const shardOfKey = (key: string) => Number(key.split('/')[1]);
export const numberInKey = (key: string) => Number(key.split('/')[2]);
export const identityInKey = (key: string) => key.split('/').slice(3).join('/');

/** `0` is the character after `/`. */
export const startingWith = (prefix: string) => ({ gte: prefix, lt: `${prefix.slice(0, -1)}0` });

export function withTime(millis: number, record: Uint8Array): Buffer {
  const value = Buffer.allocUnsafe(TIME_BYTES + record.length);
  value.writeBigUInt64BE(BigInt(millis));
  value.set(record, TIME_BYTES);
  return value;
}
