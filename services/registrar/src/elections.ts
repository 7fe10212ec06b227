import { createPublicKey, randomBytes } from 'node:crypto';
import { fingerprint } from '@suffrage/contracts/actions';
import {
  draftOf,
  type ElectionDefinition,
  type ElectionDraft,
  type ElectionId,
  proofOf,
  withDraft,
} from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { generateEd25519Key, generateSecretTokenKey } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import {
  addElection,
  annulElection,
  type Change,
  type Changed,
  changeElection,
  findElection,
  listElections,
  removeElection,
  sealElection,
  type StoredElection,
} from './election-store.ts';
import { type SealedKeys, sealKeys } from './keys/key-store.ts';
import type { KeyVault } from './keys/key-vault.ts';
import type { Principal } from './principal.ts';
import { closingRefusal, type Phase, phaseAt, scheduleRefusal, soonestClosing } from './schedule.ts';

/** An election as the API shows it. `official`: it has closed and everything below its end is accounted for. */
export type ElectionView = {
  readonly definition: ElectionDefinition;
  readonly phase: Phase;
  readonly official: boolean;
  /** Its result has no effect, whatever was counted. */
  readonly annulled?: { readonly reason: string; readonly at: string };
  /** Of a draft: of its content, which managers edit. */
  readonly revision?: string;
  /** Whether it belongs to the organisation of who asks; only where somebody is known. */
  readonly own?: boolean;
};

export type ElectionResult = { readonly ok: true; readonly election: ElectionView } | Refusal;

/** What managers may do with elections of their own organisation, and what everybody may see of all. */
export type Elections = {
  create(by: Principal, draft: ElectionDraft): Promise<ElectionResult>;
  /** Replaces a draft whole; where revisions are named, only one of these, so that no manager undoes unseen what another did. */
  edit(
    by: Principal,
    id: string,
    draft: ElectionDraft,
    replaces?: readonly string[],
  ): Promise<ElectionResult>;
  /** Drafts only. */
  remove(by: Principal, id: string): Promise<{ readonly ok: true } | Refusal>;
  /** A new draft like an election in any phase, with keys of its own, on another schedule if one is given. */
  duplicate(by: Principal, id: string, copy: Copy): Promise<ElectionResult>;
  /** Draft -> scheduled, on its own schedule. From here on the definition is locked. */
  publish(by: Principal, id: string): Promise<ElectionResult>;
  /** Draft -> open, now. */
  open(by: Principal, id: string): Promise<ElectionResult>;
  /**
   * Moves the closing: to the soonest instant that everybody can know of in time, or to the given one. Earlier needs a
   * reason; whatever is acknowledged before it stays counted. When the brokers can't be told in time, an earlier closing
   * moves to the soonest possible, and a later one is dropped.
   */
  close(by: Principal, id: string, move: Move): Promise<ElectionResult>;
  /** Once, from scheduled on: no more tokens are given, counts are kept, and results say so. */
  annul(by: Principal, id: string, reason: string): Promise<ElectionResult>;
  /** Closed and official -> sealed: the votes side freezes what is counted. Again and again the same. */
  seal(by: Principal, id: string): Promise<ElectionResult>;
  /** Drafts only for their own organisation. */
  find(id: string, by: Principal | undefined): Promise<ElectionView | undefined>;
  list(by: Principal | undefined): Promise<ElectionView[]>;
};

export type Copy = {
  readonly id: ElectionId;
  readonly opensAt?: string | undefined;
  readonly closesAt?: string | undefined;
};
export type Move = { readonly closesAt?: string | undefined; readonly reason?: string | undefined };

/** Keys of an election: the public ones in its definition, the private ones encrypted. */
type NewKeys = {
  readonly published: Pick<ElectionDefinition, 'tokenKeys' | 'registrarKeys'>;
  readonly sealed: SealedKeys;
};

type Options = {
  readonly pool: Pool;
  readonly vault: KeyVault;
  readonly issuerName: string;
  /** PEM, one or more. */
  readonly receiptPublicKeys: string;
  /** The same. */
  readonly resultsPublicKeys?: string | undefined;
  /** Whether a provider is set that voters can sign in with. */
  readonly votersSignIn: boolean;
  readonly clock: () => number;
  /** Told when a message waits in the outbox. */
  readonly onChange: () => void;
};

export function createElections({
  pool,
  vault,
  issuerName,
  receiptPublicKeys,
  resultsPublicKeys,
  votersSignIn,
  clock,
  onChange,
}: Options): Elections {
  /** Keys of other services, published with each election. */
  const others = {
    receiptKeys: readPublicKeys(receiptPublicKeys),
    ...(resultsPublicKeys === undefined ? {} : { resultsKeys: readPublicKeys(resultsPublicKeys) }),
  };

  const view = ({ definition, phase, annulled, sealed }: StoredElection): ElectionView => ({
    definition,
    phase: sealed === true ? 'sealed' : phaseAt(definition, phase, clock()),
    official: phase === 'closed',
    ...(phase === 'draft' ? { revision: revisionOf(definition) } : {}),
    ...(annulled ? { annulled } : {}),
  });
  const viewFor = (by: Principal | undefined, election: StoredElection): ElectionView => ({
    ...view(election),
    ...(by ? { own: election.organisation === by.organisation } : {}),
  });
  const now = (by: Principal) => ({ by, at: clock() });
  const answer = (changed: Changed): ElectionResult => {
    if (!changed) return refuse('election-unknown');
    if (!changed.ok) return changed;
    onChange();
    return { ok: true, election: view(changed.next) };
  };

  const makeKeys = async (draft: ElectionDraft): Promise<NewKeys> => {
    const token = await (draft.mode === 'secret' ? generateSecretTokenKey() : generateEd25519Key());
    const own = await generateEd25519Key();
    return {
      published: { tokenKeys: [token.published], registrarKeys: [own.published] },
      sealed: await sealKeys(vault, draft.id, {
        tokenKey: token.privateKey.reveal(),
        referenceKey: randomBytes(32),
        registrarKey: own.privateKey.reveal(),
      }),
    };
  };

  const add = async (by: Principal, draft: ElectionDraft, from?: string): Promise<ElectionResult> => {
    const { published, sealed } = await makeKeys(draft);
    const definition = { ...draft, issuerName, ...published, ...others };
    const added = await addElection(pool, definition, sealed, {
      ...now(by),
      ...(from === undefined ? {} : { from }),
    });
    return added
      ? { ok: true, election: view({ definition, phase: 'draft', organisation: by.organisation }) }
      : refuse('election-exists', 'id');
  };

  const replaceDraft = async (
    current: StoredElection,
    draft: ElectionDraft,
    replaces: readonly string[] | undefined,
  ): Promise<Change | Refusal> => {
    if (current.phase !== 'draft') return refuse('election-locked');
    const revision = revisionOf(current.definition);
    // Whoever sends the same again, because the answer was lost, has what was wanted.
    if (replaces && !replaces.includes(revision) && revision !== fingerprint(draft))
      return refuse('election-changed');
    const action = { action: 'edited' } as const;
    const definition = { ...withDraft(current.definition, draft), ...others };
    if (draft.mode === current.definition.mode)
      return { ok: true, next: { definition, phase: 'draft' }, action };
    const { published, sealed } = await makeKeys(draft);
    return {
      ok: true,
      next: { definition: { ...definition, ...published }, phase: 'draft' },
      action,
      keys: sealed,
    };
  };

  const publish = (
    { definition, phase }: StoredElection,
    action: 'scheduled' | 'opened-now',
  ): Change | Refusal => {
    if (phase !== 'draft') return refuse('election-phase', undefined, 'it is published already');
    if (proofOf(definition) === 'sign-in' && !votersSignIn)
      return refuse('election-phase', 'voterProof', 'voters have no provider to sign in with');
    const impossible = scheduleRefusal(definition, clock());
    return impossible ?? { ok: true, next: { definition, phase: 'published' }, action: { action } };
  };

  return {
    create: (by, draft) => add(by, draft),
    async edit(by, id, draft, replaces) {
      if (draft.id !== id) return refuse('field-invalid', 'id', 'is not the id of the address');
      const change = (current: StoredElection) => replaceDraft(current, draft, replaces);
      return answer(await changeElection(pool, id, now(by), change));
    },
    async remove(by, id) {
      const rule = ({ phase }: StoredElection) =>
        phase === 'draft' ? undefined : refuse('election-locked', undefined, 'only a draft can be deleted');
      return (await removeElection(pool, id, now(by), rule)) ?? refuse('election-unknown');
    },
    async duplicate(by, id, { id: copyId, opensAt, closesAt }) {
      const found = await findElection(pool, id);
      if (found?.organisation !== by.organisation) return refuse('election-unknown');
      const draft = draftOf(found.definition);
      const times = { opensAt: opensAt ?? draft.opensAt, closesAt: closesAt ?? draft.closesAt };
      if (Date.parse(times.opensAt) >= Date.parse(times.closesAt))
        return refuse('schedule-invalid', 'closesAt', 'is not after opensAt');
      return add(by, { ...draft, ...times, id: copyId }, id);
    },
    publish: async (by, id) =>
      answer(await changeElection(pool, id, now(by), current => publish(current, 'scheduled'))),
    open: async (by, id) =>
      answer(
        await changeElection(pool, id, now(by), current => {
          const opensAt = new Date(clock()).toISOString();
          return publish({ ...current, definition: { ...current.definition, opensAt } }, 'opened-now');
        }),
      ),
    close: async (by, id, move) =>
      answer(await changeElection(pool, id, now(by), current => moveClosing(current, move, clock()))),
    async annul(by, id, reason) {
      const rule = ({ phase, annulled }: StoredElection) => {
        if (annulled) return refuse('election-annulled');
        return phase === 'draft'
          ? refuse('election-phase', undefined, 'a draft is deleted, not annulled')
          : undefined;
      };
      return answer(await annulElection(pool, id, { ...now(by), reason }, rule));
    },
    async seal(by, id) {
      const rule = ({ phase, definition }: StoredElection) => {
        if (phase !== 'closed') return refuse('election-phase', undefined, 'it is not closed officially');
        return definition.resultsKeys ? undefined : refuse('election-not-sealable');
      };
      return answer(await sealElection(pool, id, now(by), rule));
    },
    async find(id, by) {
      const found = await findElection(pool, id);
      return found && mayBeSeen(found, by) ? viewFor(by, found) : undefined;
    },
    async list(by) {
      const all = await listElections(pool);
      return all.filter(election => mayBeSeen(election, by)).map(election => viewFor(by, election));
    },
  };
}

const revisionOf = (definition: ElectionDefinition): string => fingerprint(draftOf(definition));

function mayBeSeen({ phase, organisation }: StoredElection, by: Principal | undefined): boolean {
  return phase !== 'draft' || organisation === by?.organisation;
}

function moveClosing(
  { definition, phase }: StoredElection,
  { closesAt, reason }: Move,
  now: number,
): Change | Refusal {
  if (phase !== 'published')
    return refuse('election-phase', undefined, 'only a published election can close');
  const next = closesAt === undefined ? soonestClosing(now) : Date.parse(closesAt);
  const impossible = closingRefusal(definition, next, now);
  if (impossible) return impossible;
  const isEarlier = next < Date.parse(definition.closesAt);
  if (isEarlier && reason === undefined) return refuse('reason-missing', 'reason');
  const to = new Date(next).toISOString();
  return {
    ok: true,
    next: { definition: { ...definition, closesAt: to }, phase },
    action: {
      action: isEarlier ? 'stopped' : 'extended',
      reason,
      details: { from: definition.closesAt, to },
    },
  };
}

function readPublicKeys(pem: string) {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error('there is no public key (PEM, SPKI)');
  return blocks.map(block => publishedKey(createPublicKey(block)));
}
