import canonicalize from 'canonicalize';
import { z } from 'zod';
import { concat, fromBase64url, toBase64url, utf8 } from './bytes.ts';
import { sha256 } from '#hash';

/** What is recorded of an election's life: by its managers, and by the registrar when the clock or the log decides. */
export const actionNames = [
  'created',
  'edited',
  'deleted',
  'scheduled',
  'opened-now',
  'extended',
  'stopped',
  'annulled',
  'sealed',
  // Never whose: only that it was done, and how many.
  'roll-changed',
  'codes-made',
  'code-replaced',
  'keys-rotated',
  'erased',
  // By the registrar itself, each once.
  'opened',
  'closed',
  'official',
  // The closing could not be told in time, or the topic says another: what everybody knows is what counts.
  'closing-adopted',
] as const;
export type ActionName = (typeof actionNames)[number];

const hash = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes as base64url');

/**
 * One action. Never says anything of a voter. Each holds the hash of the one before it, so that none can be changed,
 * removed or put in later without breaking every later one.
 */
export const actionSchema = z.strictObject({
  electionId: z.string().min(1).max(63),
  /** From 1, without a gap. */
  sequence: z.int().min(1),
  /** Milliseconds are always written: what is hashed is this text. */
  at: z.iso.datetime({ precision: 3 }),
  organisation: z.string(),
  /** Who: the subject that the sign-in service names, the name beside a static token, or `registrar`. */
  actor: z.string(),
  // A newer registrar may know more of them; the chain holds all the same.
  action: z.string(),
  reason: z.string().optional(),
  /** For example the SHA-256 of a definition, or a closing before and after. */
  details: z.record(z.string(), z.string()),
  /** Of the action before; 32 zero bytes for the first. */
  previous: hash,
  hash,
});
export type Action = z.infer<typeof actionSchema>;

/** How many actions there are and the hash of the last: who keeps it can tell later that none has gone. */
export const actionsHeadSchema = z.strictObject({
  electionId: z.string().min(1).max(63),
  entries: z.int().min(0),
  hash,
});
export type ActionsHead = z.infer<typeof actionsHeadSchema>;

export const actionsExportSchema = z.strictObject({
  head: actionsHeadSchema,
  actions: z.array(actionSchema),
});
export type ActionsExport = z.infer<typeof actionsExportSchema>;

const DOMAIN = utf8('suffrage/action/v1');
export const FIRST_PREVIOUS = toBase64url(new Uint8Array(32));

/**
 * `SHA-256("suffrage/action/v1" || previous || canonical JSON (RFC 8785) of all members but hash and previous)`, as
 * base64url.
 * @throws RangeError when `previous` is not 32 bytes.
 */
export function actionHash({ previous, ...members }: Omit<Action, 'hash'>): string {
  const before = fromBase64url(previous);
  if (before?.length !== 32) throw new RangeError('previous must be 32 bytes as base64url');
  return toBase64url(sha256(concat(DOMAIN, before, utf8(canonicalize(members) ?? ''))));
}

/** SHA-256 of the canonical JSON, as base64url: how an action names a definition without repeating it. */
export function fingerprint(value: object): string {
  return toBase64url(sha256(utf8(canonicalize(value) ?? '')));
}

export type ActionFlaw = {
  readonly kind: 'action-changed' | 'action-missing' | 'action-chain-broken';
  readonly message: string;
};

/**
 * What is wrong with the actions of one election, in the order they were exported.
 * @param heads of that election, as they were seen at any time: each must lie on the chain.
 */
export function checkActions(actions: readonly Action[], heads: readonly ActionsHead[]): ActionFlaw[] {
  const flaws: ActionFlaw[] = [];
  let previous = FIRST_PREVIOUS;
  let sequence = 0;
  for (const { hash: stated, ...members } of actions) {
    const name = `action ${members.sequence} (${members.action})`;
    if (members.sequence !== sequence + 1)
      flaws.push({ kind: 'action-missing', message: `after action ${sequence} comes ${name}` });
    else if (members.previous !== previous)
      flaws.push({ kind: 'action-chain-broken', message: `${name} does not follow the one before it` });
    if (members.electionId !== actions[0]?.electionId)
      flaws.push({ kind: 'action-chain-broken', message: `${name} is of another election` });
    if (actionHash(members) !== stated)
      flaws.push({ kind: 'action-changed', message: `${name} is not what its hash says` });
    ({ sequence } = members);
    previous = stated;
  }
  return [...flaws, ...heads.flatMap(head => checkHead(actions, head))];
}

function checkHead(actions: readonly Action[], { entries, hash: stated }: ActionsHead): ActionFlaw[] {
  if (entries === 0) return [];
  const last = actions.find(({ sequence }) => sequence === entries);
  if (!last)
    return [{ kind: 'action-missing', message: `there were ${entries} actions, ${actions.length} are left` }];
  if (last.hash === stated) return [];
  const message = `the chain is another than that whose head was seen at action ${entries}`;
  return [{ kind: 'action-chain-broken', message }];
}
