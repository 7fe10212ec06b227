import type { Machine } from '../machine.ts';
import type { Random } from '../random.ts';
import type { Scheduler } from '../scheduler.ts';

/** As the processor's consumer sets them. */
const SESSION_TIMEOUT_MILLIS = 10_000;
const REBALANCE_TIMEOUT_MILLIS = 30_000;

/** The broker's answer to a member that has to join (again); `type` as kafkajs names it. */
export type GroupError = Error & {
  readonly type: 'REBALANCE_IN_PROGRESS' | 'UNKNOWN_MEMBER_ID' | 'ILLEGAL_GENERATION';
};

export type Membership = {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
};

/** The coordinator of the processors' group. It counts members in by heartbeat only, so a frozen one loses its place. */
export type FakeGroup = {
  /** Resolves when every member has joined, or the others have had their time. */
  join(memberId: string, machine: Machine): Promise<Membership>;
  /** @throws GroupError */
  heartbeat(member: Membership): Promise<void>;
  leave(memberId: string): Promise<void>;
  /** @throws GroupError */
  commit(member: Membership, partition: number, offset: number): Promise<void>;
  committed(partition: number): number | undefined;
  /** For a mutant: as `commit`, whoever asks. */
  store(partition: number, offset: number): Promise<void>;
  /** Asks all members to join again. */
  rebalance(): void;
  forgetOffsets(): void;
};

type Member = {
  readonly id: string;
  seenAt: number;
  joining: ((membership: Membership) => void) | undefined;
};

export function createFakeGroup(scheduler: Scheduler, random: Random, partitions: number): FakeGroup {
  const members = new Map<string, Member>();
  const offsets = new Map<number, number>();
  let generation = 0;
  let preparing = false;
  let names = 0;

  const hop = () => scheduler.sleep(random.between(0.2, 4));

  const prepare = () => {
    if (preparing) return;
    preparing = true;
    scheduler.after(REBALANCE_TIMEOUT_MILLIS, () => {
      for (const member of members.values()) if (!member.joining && preparing) members.delete(member.id);
      complete();
    });
  };

  /** Everybody is there: partitions are dealt out in turn, and a new generation begins. */
  const complete = () => {
    const all = [...members.values()];
    if (!preparing || all.some(({ joining }) => !joining)) return;
    preparing = false;
    generation += 1;
    const first = random.integer(0, all.length);
    for (const [place, member] of all.entries()) {
      const own = Array.from({ length: partitions }, (_, p) => p).filter(
        p => (p + first) % all.length === place,
      );
      member.seenAt = scheduler.now();
      member.joining?.({ memberId: member.id, generation, partitions: own });
      member.joining = undefined;
    }
  };

  const drop = (id: string) => {
    if (!members.delete(id)) return;
    prepare();
    complete();
  };

  const watchSession = (member: Member) => {
    const due = member.seenAt + SESSION_TIMEOUT_MILLIS - scheduler.now();
    scheduler.after(Math.max(due, 1), () => {
      if (!members.has(member.id)) return;
      // Whoever waits for the others to join is not expected to say anything.
      if (member.joining) member.seenAt = scheduler.now();
      if (scheduler.now() - member.seenAt >= SESSION_TIMEOUT_MILLIS) drop(member.id);
      else watchSession(member);
    });
  };

  const check = ({ memberId, generation: known }: Membership) => {
    const member = members.get(memberId);
    if (!member) throw groupError('UNKNOWN_MEMBER_ID');
    if (preparing) throw groupError('REBALANCE_IN_PROGRESS');
    if (known !== generation) throw groupError('ILLEGAL_GENERATION');
    return member;
  };

  return {
    async join(memberId, machine) {
      await hop();
      const known = members.get(memberId);
      if (memberId !== '' && !known) throw groupError('UNKNOWN_MEMBER_ID');
      const member: Member = known ?? {
        id: `member-${names++}`,
        seenAt: scheduler.now(),
        joining: undefined,
      };
      members.set(member.id, member);
      if (!known) {
        watchSession(member);
        // A connection that ends while its member waits to join takes the member with it.
        machine.onDeath(() => {
          if (member.joining) drop(member.id);
        });
      }
      prepare();
      const joined = new Promise<Membership>(resolve => {
        member.joining = resolve;
      });
      // As `group.initial.rebalance.delay.ms`: members that start together join together.
      scheduler.after(random.between(0, 100), complete);
      const membership = await joined;
      await hop();
      return membership;
    },
    async heartbeat(membership) {
      await hop();
      const known = members.get(membership.memberId);
      if (known) known.seenAt = scheduler.now();
      check(membership);
      await hop();
    },
    async leave(memberId) {
      await hop();
      drop(memberId);
    },
    async commit(membership, partition, offset) {
      await hop();
      check(membership);
      offsets.set(partition, offset);
      await hop();
    },
    async store(partition, offset) {
      await hop();
      offsets.set(partition, offset);
      await hop();
    },
    committed: partition => offsets.get(partition),
    rebalance: () => {
      if (members.size > 0) prepare();
    },
    forgetOffsets: () => offsets.clear(),
  };
}

function groupError(type: GroupError['type']): GroupError {
  return Object.assign(new Error(type), { type });
}

export function isGroupError(error: unknown): error is GroupError {
  return error instanceof Error && 'type' in error;
}
