import { BinaryReader } from '@bufbuild/protobuf/wire';

/** Field 1 of `CastVotesRequest`, a message. */
const VOTE = 0x0a;

/**
 * The votes of a `CastVotesRequest`, each as its bytes (views), to be decoded one by one: an empty vote takes two bytes
 * here and a kilobyte decoded, so a message of 2 MiB decoded as a whole took a gigabyte and five seconds.
 * Stops after one vote more than `most`.
 * @throws Error when the bytes are no such message.
 */
export function splitVotes(message: Uint8Array, most: number): Uint8Array[] {
  const reader = new BinaryReader(message);
  const votes: Uint8Array[] = [];
  while (reader.pos < reader.len && votes.length <= most) {
    const [field, wireType] = reader.tag();
    if (((field << 3) | wireType) === VOTE) votes.push(reader.bytes());
    else reader.skip(wireType, field);
  }
  return votes;
}
