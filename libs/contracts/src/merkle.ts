import { sha256, writeSha256 } from '#hash';
import { beginnings, concat } from './bytes.ts';

export const HASH_LENGTH = 32;

/** RFC 9162 section 2.1.1: leaves and nodes are hashed with different prefixes, so that one can't pass for the other. */
const LEAF_PREFIX = 0;
const NODE_PREFIX = 1;

/** Where usual parts are joined: memory of their own, for each hash, costs as much as the hash. */
const scratch = new Uint8Array(512);
const beginning = beginnings(scratch);
/** Two hashes behind their prefix. */
const node = Uint8Array.of(NODE_PREFIX, ...new Uint8Array(2 * HASH_LENGTH));

/** Of the leaf whose data these parts are, joined. */
export function leafHash(data: readonly Uint8Array[]): Uint8Array {
  return sha256(leafBytes(data));
}

/** The same, written to `to` from there on. */
export function writeLeafHash(to: Uint8Array, at: number, data: readonly Uint8Array[]): void {
  writeSha256(leafBytes(data), to, at);
}

/** To be read before the next are asked for. */
function leafBytes(data: readonly Uint8Array[]): Uint8Array {
  let end = 1;
  scratch[0] = LEAF_PREFIX;
  for (const part of data) {
    if (end + part.length > scratch.length) return concat(Uint8Array.of(LEAF_PREFIX), ...data);
    scratch.set(part, end);
    end += part.length;
  }
  return beginning(end);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  node.set(left, 1);
  node.set(right, 1 + HASH_LENGTH);
  return sha256(node);
}

/** The tree of RFC 9162 over some leaves: the hashes of each level, joined, from the leaves up to the root, which stands alone. */
export type MerkleTree = { readonly root: Uint8Array; readonly levels: readonly Uint8Array[] };

/**
 * Builds the tree level by level: a last node without a sibling moves up unchanged, which gives the same shape as the
 * RFC's recursive split at the largest power of two. Costs one hash per leaf.
 * @param leaves their hashes, joined.
 * @throws RangeError when there is no leaf, or no whole number of them.
 */
export function merkleTree(leaves: Uint8Array): MerkleTree {
  if (leaves.length === 0 || leaves.length % HASH_LENGTH !== 0)
    throw new RangeError('a tree needs at least one leaf, and whole ones');
  const levels = [leaves];
  let level = leaves;
  while (level.length > HASH_LENGTH) {
    level = parents(level);
    levels.push(level);
  }
  return { root: level, levels };
}

/** The single hashes of a level; views. */
export function hashesOf(level: Uint8Array): Uint8Array[] {
  return Array.from({ length: level.length / HASH_LENGTH }, (_, i) =>
    level.subarray(i * HASH_LENGTH, (i + 1) * HASH_LENGTH),
  );
}

/** Where the sibling of a leaf's ancestor begins in its level; -1 where there is none. */
export function siblingAt(level: Uint8Array, height: number, leaf: number): number {
  const at = ((leaf >> height) ^ 1) * HASH_LENGTH;
  return at < level.length ? at : -1;
}

/** The inclusion path of a leaf, bottom up, in a tree whose nodes may be written in any form. */
export function inclusionPath<T>(levels: readonly (readonly T[])[], leaf: number): T[] {
  return levels.flatMap((level, height) => level[(leaf >> height) ^ 1] ?? []);
}

function parents(level: Uint8Array): Uint8Array {
  const pairs = Math.floor(level.length / (2 * HASH_LENGTH));
  const last = level.subarray(pairs * 2 * HASH_LENGTH);
  const above = new Uint8Array(pairs * HASH_LENGTH + last.length);
  for (let pair = 0; pair < pairs; pair++) {
    for (let i = 0; i < 2 * HASH_LENGTH; i++) node[1 + i] = level[2 * pair * HASH_LENGTH + i] ?? 0;
    writeSha256(node, above, pair * HASH_LENGTH);
  }
  above.set(last, pairs * HASH_LENGTH);
  return above;
}

/**
 * RFC 9162 section 2.1.3.2: the root that `leaf` at `leafIndex` of a tree of `treeSize` leaves has with this path.
 * `undefined` when the path has the wrong length for that place, or something in it is no hash.
 */
export function rootFromPath(
  leaf: Uint8Array,
  leafIndex: number,
  treeSize: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (leafIndex >= treeSize) return undefined;
  let [index, last] = [leafIndex, treeSize - 1];
  let root = leaf;
  for (const sibling of path) {
    if (last === 0 || sibling.length !== HASH_LENGTH) return undefined;
    if (index % 2 === 1 || index === last) {
      root = nodeHash(sibling, root);
      while (index % 2 === 0 && index !== 0) [index, last] = [index >> 1, last >> 1];
    } else {
      root = nodeHash(root, sibling);
    }
    [index, last] = [index >> 1, last >> 1];
  }
  return last === 0 ? root : undefined;
}
