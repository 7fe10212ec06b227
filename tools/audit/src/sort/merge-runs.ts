import { closeSync, openSync, readSync } from 'node:fs';

/** How entries of one kind are laid out and ordered. */
export type Order = {
  readonly entryBytes: number;
  /** Negative, zero or positive, for entries that begin at these places. */
  readonly compare: (a: Buffer, aAt: number, b: Buffer, bAt: number) => number;
};

/** Entries `from` to `to - 1` of a sorted file. */
export type Piece = { readonly file: string; readonly from: number; readonly to: number };

const READ_BYTES = 64 * 1024;

/** What is still to come of one piece. */
type Cursor = {
  readonly descriptor: number;
  readonly buffer: Buffer;
  /** Byte positions in the file. */
  position: number;
  readonly end: number;
  /** Where the current entry begins in `buffer`, and how much of it is filled. */
  at: number;
  filled: number;
};

/**
 * The entries of all pieces, in order. Each is a view that holds until the next is taken. Reads 64 KiB of each piece at
 * a time.
 */
export function* mergePieces(pieces: readonly Piece[], order: Order): Generator<Buffer, void> {
  const cursors: Cursor[] = [];
  try {
    for (const piece of pieces) cursors.push(openCursor(piece, order));
    const heap = [...cursors];
    for (let place = heap.length >> 1; place >= 0; place--) sink(heap, place, order);
    for (let first = heap[0]; first; first = heap[0]) {
      yield first.buffer.subarray(first.at, first.at + order.entryBytes);
      if (!advance(first, order.entryBytes)) {
        const last = heap.pop();
        if (last && heap.length > 0) heap[0] = last;
      }
      sink(heap, 0, order);
    }
  } finally {
    for (const { descriptor } of cursors) closeSync(descriptor);
  }
}

function openCursor({ file, from, to }: Piece, { entryBytes }: Order): Cursor {
  const end = to * entryBytes;
  const bytes = Math.min((to - from) * entryBytes, Math.floor(READ_BYTES / entryBytes) * entryBytes);
  const cursor = {
    descriptor: openSync(file, 'r'),
    buffer: Buffer.allocUnsafeSlow(bytes),
    position: from * entryBytes,
    end,
    at: 0,
    filled: 0,
  };
  fill(cursor);
  return cursor;
}

function fill(cursor: Cursor): void {
  const { descriptor, buffer, position, end } = cursor;
  const wanted = Math.min(buffer.length, end - position);
  let filled = 0;
  while (filled < wanted) {
    const bytes = readSync(descriptor, buffer, filled, wanted - filled, position + filled);
    if (bytes === 0) throw new Error('a sorted file is shorter than it was written');
    filled += bytes;
  }
  cursor.position += filled;
  cursor.filled = filled;
  cursor.at = 0;
}

/** Whether there is another entry. */
function advance(cursor: Cursor, entryBytes: number): boolean {
  cursor.at += entryBytes;
  if (cursor.at < cursor.filled) return true;
  if (cursor.position === cursor.end) return false;
  fill(cursor);
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
