import { randomBytes } from 'node:crypto';

export const CREATE_TABLE = `create table floor_votes (
  revision integer not null, partition integer not null, record_offset bigint not null, cast_at bigint not null,
  election_id text not null, ballot_key bytea not null, vote_id bytea not null, selections bytea not null,
  primary key (election_id, ballot_key))`;

/** The same rows as the processor's, into a table with its primary key only. */
export const INSERT = `insert into floor_votes (election_id, ballot_key, vote_id, revision, selections, cast_at, record_offset, partition)
  select *, $8::int
  from unnest($1::text[], $2::bytea[], $3::bytea[], $4::int[], $5::bytea[], $6::bigint[], $7::bigint[])
  on conflict (election_id, ballot_key) do nothing`;

const [BYTEA, INT8, INT4, TEXT] = [17, 20, 23, 25];
const KEY_LENGTH = 32;

/** Arrays in PostgreSQL's binary form: only their twenty bytes of heading are written for each batch. */
export function createReadyRows(electionId: string, rows: number) {
  const keys = repeated(rows, () => randomBytes(KEY_LENGTH));
  const same = (element: Buffer) => repeated(Math.min(rows, 2_000), () => element);
  const [ids, selections] = [same(Buffer.from(electionId)), same(Buffer.from([0, 1, 0, 0, 0, 0]))];
  const [revisions, numbers] = [same(Buffer.alloc(4)), same(Buffer.alloc(8, 1))];
  let taken = 0;
  return {
    /** The next rows, as the first seven parameters of `INSERT`. */
    take(count: number): Buffer[] {
      const [from, to] = [taken, taken + count];
      if (to > rows) throw new Error(`the floor has only ${rows} rows`);
      taken = to;
      const next = array(BYTEA, count, keys.subarray(from * (4 + KEY_LENGTH), to * (4 + KEY_LENGTH)));
      const part = (type: number, body: Buffer) =>
        array(type, count, body.subarray(0, (body.length / Math.min(rows, 2_000)) * count));
      return [
        part(TEXT, ids),
        next,
        next,
        part(INT4, revisions),
        part(BYTEA, selections),
        part(INT8, numbers),
        part(INT8, numbers),
      ];
    },
  };
}

function repeated(count: number, element: () => Buffer): Buffer {
  const elements = Array.from({ length: count }, () => {
    const value = element();
    const length = Buffer.alloc(4);
    length.writeInt32BE(value.length);
    return Buffer.concat([length, value]);
  });
  return Buffer.concat(elements);
}

/** One dimension, no nulls, first index 1. */
function array(type: number, count: number, elements: Buffer): Buffer {
  const heading = Buffer.alloc(20);
  heading.writeInt32BE(1, 0);
  heading.writeInt32BE(type, 8);
  heading.writeInt32BE(count, 12);
  heading.writeInt32BE(1, 16);
  return Buffer.concat([heading, elements]);
}
