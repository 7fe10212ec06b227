import { type CastResult, castVote } from '@suffrage/client/cast-vote';
import type { Answer, Transport } from '@suffrage/client/transport';
import { errorRegistry, RETRY_AFTER_SECONDS } from '@suffrage/contracts/errors';
import { receiptSchema } from '@suffrage/contracts/receipt';
import type { CastResult as ServerResult } from '@suffrage/ingestion/cast-vote';
import type { FakeDatabase } from './fakes/fake-database.ts';
import type { IngestionProcess } from './ingestion-process.ts';
import type { Ledger } from './ledger.ts';
import type { Machine } from './machine.ts';
import type { PlannedVote } from './plan.ts';
import type { Random } from './random.ts';
import { checkPlainReceipt } from './receipts.ts';
import type { Scheduler } from './scheduler.ts';
import type { Weather } from './weather.ts';

type Options = {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  readonly ledger: Ledger;
  /** The processes that a load balancer would choose from, at this moment. */
  readonly ingestions: () => readonly IngestionProcess[];
  readonly databases: readonly FakeDatabase[];
};

export type Clients = {
  /** Casts a vote from this machine with the real client's retries; never settles when the machine dies. */
  cast(machine: Machine, vote: PlannedVote, deadlineMillis: number): Promise<CastResult>;
};

/** Voters' devices, and the network between them and ingestion. */
export function createClients({
  scheduler,
  random,
  weather,
  ledger,
  ingestions,
  databases,
}: Options): Clients {
  const hop = () => scheduler.sleep(random.chance(0.1) ? random.between(10, 2_000) : random.between(1, 30));
  const never = new Promise<never>(() => undefined);

  /** A request as the process sees it. Answers only if the process lives to do so; a broken connection is no answer. */
  const serve = async (target: IngestionProcess, vote: PlannedVote): Promise<Answer> => {
    const { machine } = target;
    if (!machine.isUp()) return noAnswer('connection refused');
    ledger.asked(vote);
    const broken = new Promise<Answer>(resolve => {
      machine.onDeath(() => resolve(noAnswer('connection reset')));
    });
    const answered = machine.receive(Promise.resolve()).then(async () => {
      const result = await target.cast(vote.ballot);
      ledger.answered(vote, result.ok ? undefined : result.code);
      if (result.ok && result.durability === 'local') ledger.kept.push(vote);
      return toAnswer(result);
    });
    return Promise.race([answered, broken]);
  };

  const exchange = async (vote: PlannedVote): Promise<Answer> => {
    const target = random.pick(ingestions());
    await hop();
    if (random.chance(weather.requestRepeated)) {
      scheduler.after(random.between(0, 20_000), () => void serve(random.pick(ingestions()), vote));
    }
    if (random.chance(weather.requestLost)) return never;
    const answer = await serve(target, vote);
    if (random.chance(weather.answerLost)) return never;
    await hop();
    return answer;
  };

  /** What the results service would say, which reads the databases; it is not always there either. */
  const isCounted = async ({ ballot }: PlannedVote): Promise<boolean> => {
    await hop();
    if (random.chance(weather.answerLost)) throw new Error('the results service does not answer');
    const isOurs = (voteId: Uint8Array | null) =>
      voteId !== null && Buffer.compare(voteId, ballot.vote.voteId) === 0;
    return databases.some(({ tables }) => {
      const { votes, superseded, outcomes } = tables();
      const older = [...outcomes.values()].filter(({ outcome }) => outcome === 'older-revision');
      return [...votes.values(), ...superseded.values(), ...older].some(row => isOurs(row.voteId));
    });
  };

  return {
    async cast(machine, vote, deadlineMillis) {
      const transport: Transport = (_ballot, signal) => {
        const aborted = new Promise<Answer>(resolve => {
          signal.addEventListener('abort', () => resolve(noAnswer('TimeoutError')));
        });
        const answered = machine.receive(exchange(vote)).then(answer => {
          // Some take "kept on a disk" for an answer and switch their device off.
          if (answer.kind === 'held-locally' && !vote.isPersistent) machine.kill();
          return answer;
        });
        return Promise.race([answered, aborted]);
      };
      const result = await castVote(transport, vote.ballot, {
        deadlineMillis,
        // Not every client asks.
        ...(random.chance(0.3) ? { isCounted: () => machine.receive(isCounted(vote)) } : {}),
        surroundings: {
          now: machine.clock,
          sleep: machine.sleep,
          timeout: millis => timeoutOn(machine, millis),
          random: random.next,
          checkReceipt: checkPlainReceipt,
        },
      });
      if (result.status === 'accepted') ledger.acknowledged.push({ vote, receipt: result.receipt });
      if (result.status === 'counted') ledger.counted.push(vote);
      return result;
    },
  };
}

const TIMED_OUT = new Error('no answer in time');

function timeoutOn(machine: Machine, millis: number): AbortSignal {
  const controller = new AbortController();
  machine.sleep(millis).then(
    () => controller.abort(TIMED_OUT),
    () => undefined,
  );
  return controller.signal;
}

function noAnswer(reason: string): Answer {
  return { kind: 'no-answer', reason };
}

/** As the HTTP edge and the client's transport map it. */
function toAnswer(result: ServerResult): Answer {
  if (result.ok) {
    return result.durability === 'replicated'
      ? { kind: 'accepted', receipt: receiptSchema.parse(JSON.parse(result.receipt.toText())) }
      : { kind: 'held-locally' };
  }
  const retryAfterMillis = errorRegistry[result.code].http === 503 ? RETRY_AFTER_SECONDS * 1_000 : 0;
  return { kind: 'refused', refusal: result, retryAfterMillis };
}
