import { type File, open, SeekMode } from 'k6/experimental/fs';
import { lineBytes, votesPath } from './environment.ts';

/**
 * The ready bodies. k6 keeps one copy of the file in memory for all virtual users; since its lines are equally long, each
 * takes its own without a search, a parse or a string.
 */

let opened: File | undefined;
// Paths in an init function are relative to the script that k6 was started with.
void (async () => {
  opened = await open(votesPath);
})();

/** The body of the vote at this place, with the spaces it is filled up with. */
export async function readBody(place: number): Promise<ArrayBuffer> {
  if (!opened) throw new Error('the file of votes is not open');
  const body = new Uint8Array(lineBytes - 1);
  await opened.seek(place * lineBytes, SeekMode.Start);
  if ((await opened.read(body)) !== body.length)
    throw new Error(`the file of votes ends before vote ${place}: make votes with a greater N`);
  return body.buffer;
}
