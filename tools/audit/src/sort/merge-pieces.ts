import type { Order } from './sort-entries.ts';
import { readEntries } from './read-sorted.ts';
import type { Piece } from './sort-run.ts';

/** For all pieces together. */
const MEMORY_BYTES = 16 * 1024 * 1024;

/** What is still to come of one piece. */
type Cursor = {
  readonly file: string;
  readonly buffer: Buffer;
  /** Places in the file. */
  position: number;
  readonly end: number;
  /** Where the current entry begins in `buffer`, and how much of it is filled. */
  at: number;
  filled: number;
};

/** Hands over all entries of the pieces one by one, in order, in memory that does not grow with their number. */
export function mergePieces(
  pieces: readonly Piece[],
  order: Order,
  onEntry: (bytes: Buffer, at: number) => void,
  memoryBytes = MEMORY_BYTES,
): void {
  const each = Math.max(1, Math.floor(memoryBytes / order.entryBytes / pieces.length));
  const heap = pieces.map(piece => openCursor(piece, each, order));
  for (let place = heap.length >> 1; place >= 0; place--) sink(heap, place, order);
  for (let first = heap[0]; first; first = heap[0]) {
    onEntry(first.buffer, first.at);
    if (!advance(first, order.entryBytes)) {
      const last = heap.pop();
      if (last && heap.length > 0) heap[0] = last;
    }
    sink(heap, 0, order);
  }
}

function openCursor({ file, from, to }: Piece, each: number, { entryBytes }: Order): Cursor {
  const buffer = Buffer.allocUnsafeSlow(Math.min(to - from, each) * entryBytes);
  const cursor = { file, buffer, position: from, end: to, at: 0, filled: 0 };
  fill(cursor, entryBytes);
  return cursor;
}

function fill(cursor: Cursor, entryBytes: number): void {
  const { file, buffer, position, end } = cursor;
  const to = Math.min(end, position + buffer.length / entryBytes);
  cursor.filled = readEntries({ file, from: position, to }, entryBytes, buffer, 0);
  cursor.position = to;
  cursor.at = 0;
}

/** Whether there is another entry. */
function advance(cursor: Cursor, entryBytes: number): boolean {
  cursor.at += entryBytes;
  if (cursor.at < cursor.filled) return true;
  if (cursor.position === cursor.end) return false;
  fill(cursor, entryBytes);
  return true;
}

/** Restores the heap's order below `place`. */
function sink(heap: Cursor[], place: number, { compare }: Order): void {
  const moved = heap[place];
  if (!moved) return;
  let at = place;
  for (;;) {
    let child = 2 * at + 1;
    let least = heap[child];
    if (!least) break;
    const right = heap[child + 1];
    if (right && compare(right.buffer, right.at, least.buffer, least.at) < 0) {
      child += 1;
      least = right;
    }
    if (compare(moved.buffer, moved.at, least.buffer, least.at) <= 0) break;
    heap[at] = least;
    at = child;
  }
  heap[at] = moved;
}
