import { sha256 } from '#hash';
import { beginnings, concat } from './bytes.ts';

/** RFC 9162 section 2.1.1: leaves and nodes are hashed with different prefixes, so that one can't pass for the other. */
const LEAF_PREFIX = Uint8Array.of(0);
const NODE_PREFIX = Uint8Array.of(1);

/** Where usual parts are joined: memory of their own, for each hash, costs as much as the hash. */
const scratch = new Uint8Array(512);
const beginning = beginnings(scratch);

/** Of the leaf whose data these parts are, joined. */
export function leafHash(...data: readonly Uint8Array[]): Uint8Array {
  return hashOf(LEAF_PREFIX, ...data);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return hashOf(NODE_PREFIX, left, right);
}

function hashOf(...parts: readonly Uint8Array[]): Uint8Array {
  let end = 0;
  for (const part of parts) {
    if (end + part.length > scratch.length) return sha256(concat(...parts));
    scratch.set(part, end);
    end += part.length;
  }
  return sha256(beginning(end));
}

/** The tree of RFC 9162 over some leaves: `levels` from the leaves up to the root, which stands alone in the last. */
export type MerkleTree = { readonly root: Uint8Array; readonly levels: readonly (readonly Uint8Array[])[] };

/**
 * Builds the tree level by level: a last node without a sibling moves up unchanged, which gives the same shape as the
 * RFC's recursive split at the largest power of two. Costs one hash per leaf.
 * @throws RangeError when there is no leaf.
 */
export function merkleTree(leaves: readonly Uint8Array[]): MerkleTree {
  if (leaves.length === 0) throw new RangeError('a tree needs at least one leaf');
  const levels = [leaves];
  let level = leaves;
  while (level.length > 1) {
    level = parents(level);
    levels.push(level);
  }
  const [root] = level;
  if (!root) throw new Error('a tree with leaves has a root');
  return { root, levels };
}

/** The inclusion path of a leaf, bottom up, in a tree whose nodes may be written in any form. */
export function inclusionPath<T>(levels: readonly (readonly T[])[], leaf: number): T[] {
  const path: T[] = [];
  for (const [height, level] of levels.entries()) {
    const sibling = level[(leaf >> height) ^ 1];
    if (sibling !== undefined) path.push(sibling);
  }
  return path;
}

function parents(level: readonly Uint8Array[]): Uint8Array[] {
  const above: Uint8Array[] = [];
  for (let i = 0; i < level.length; i += 2) {
    const [left, right] = [level[i], level[i + 1]];
    if (left) above.push(right ? nodeHash(left, right) : left);
  }
  return above;
}

/**
 * RFC 9162 section 2.1.3.2: the root that `leaf` at `leafIndex` of a tree of `treeSize` leaves has with this path.
 * `undefined` when the path has the wrong length for that place.
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
    if (last === 0) return undefined;
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
