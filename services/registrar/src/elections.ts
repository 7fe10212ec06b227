import { createPublicKey, randomBytes } from 'node:crypto';
import type { ElectionDefinition, ElectionDraft } from '@suffrage/contracts/election';
import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { publishedKey } from '@suffrage/contracts/sign-receipts.node';
import { generateEd25519Key, generateSecretTokenKey } from '@suffrage/contracts/token-keys.node';
import type { Pool } from '@suffrage/runtime/postgres/pool';
import {
  addElection,
  changeElection,
  findElection,
  listElections,
  type StoredElection,
} from './election-store.ts';
import { sealKeys } from './keys/key-store.ts';
import type { KeyVault } from './keys/key-vault.ts';
import { closingRefusal, type Phase, phaseAt, scheduleRefusal, soonestClosing } from './schedule.ts';

/** An election as the API shows it. `official`: it has closed and everything below its end is accounted for. */
export type ElectionView = {
  readonly definition: ElectionDefinition;
  readonly phase: Phase;
  readonly official: boolean;
};

export type ElectionResult = { readonly ok: true; readonly election: ElectionView } | Refusal;

/** What managers may do with elections, and what everybody may see of them. */
export type Elections = {
  create(draft: ElectionDraft): Promise<ElectionResult>;
  /** Draft -> scheduled, on its own schedule. From here on the definition is locked. */
  publish(id: string): Promise<ElectionResult>;
  /** Draft -> open, now. */
  open(id: string): Promise<ElectionResult>;
  /**
   * Moves the closing: to the soonest instant that everybody can know of in time, or to the given one. When the brokers
   * can't be told in time, an earlier closing moves to the soonest possible, and a later one is dropped.
   */
  close(id: string, closesAt?: string): Promise<ElectionResult>;
  find(id: string, drafts: boolean): Promise<ElectionView | undefined>;
  list(drafts: boolean): Promise<ElectionView[]>;
};

type Options = {
  readonly pool: Pool;
  readonly vault: KeyVault;
  readonly issuerName: string;
  /** PEM, one or more. */
  readonly receiptPublicKeys: string;
  readonly clock: () => number;
  /** Told when a message waits in the outbox. */
  readonly onChange: () => void;
};

export function createElections({
  pool,
  vault,
  issuerName,
  receiptPublicKeys,
  clock,
  onChange,
}: Options): Elections {
  const receiptKeys = readPublicKeys(receiptPublicKeys);

  const view = ({ definition, phase }: StoredElection): ElectionView => ({
    definition,
    phase: phaseAt(definition, phase, clock()),
    official: phase === 'closed',
  });

  const change = async (
    id: string,
    rule: (current: StoredElection) => { readonly ok: true; readonly next: StoredElection } | Refusal,
  ): Promise<ElectionResult> => {
    const result = await changeElection(pool, id, rule);
    if (!result) return refuse('election-unknown');
    if (!result.ok) return result;
    onChange();
    return { ok: true, election: view(result.next) };
  };

  const publish = ({ definition, phase }: StoredElection) => {
    if (phase !== 'draft') return refuse('election-phase', undefined, 'it is published already');
    const impossible = scheduleRefusal(definition, clock());
    return impossible ?? { ok: true as const, next: { definition, phase: 'published' as const } };
  };

  return {
    async create(draft) {
      const key = await (draft.mode === 'secret' ? generateSecretTokenKey() : generateEd25519Key());
      const own = await generateEd25519Key();
      const definition = {
        ...draft,
        issuerName,
        tokenKeys: [key.published],
        receiptKeys,
        registrarKeys: [own.published],
      };
      const keys = await sealKeys(vault, draft.id, {
        tokenKey: key.privateKey.reveal(),
        referenceKey: randomBytes(32),
        registrarKey: own.privateKey.reveal(),
      });
      const added = await addElection(pool, definition, keys);
      return added
        ? { ok: true, election: view({ definition, phase: 'draft' }) }
        : refuse('election-exists', 'id');
    },
    publish: id => change(id, publish),
    open: id =>
      change(id, ({ definition, phase }) => {
        const opensAt = new Date(clock()).toISOString();
        return publish({ definition: { ...definition, opensAt }, phase });
      }),
    close: (id, closesAt) =>
      change(id, ({ definition, phase }) => {
        if (phase !== 'published')
          return refuse('election-phase', undefined, 'only a published election can close');
        const next = closesAt === undefined ? soonestClosing(clock()) : Date.parse(closesAt);
        const impossible = closingRefusal(definition, next, clock());
        const moved = { ...definition, closesAt: new Date(next).toISOString() };
        return impossible ?? { ok: true, next: { definition: moved, phase } };
      }),
    async find(id, drafts) {
      const found = await findElection(pool, id);
      return found && (drafts || found.phase !== 'draft') ? view(found) : undefined;
    },
    async list(drafts) {
      const all = await listElections(pool);
      return all.filter(({ phase }) => drafts || phase !== 'draft').map(view);
    },
  };
}

function readPublicKeys(pem: string) {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  if (blocks.length === 0) throw new Error('there is no receipt public key (PEM, SPKI)');
  return blocks.map(block => publishedKey(createPublicKey(block)));
}
