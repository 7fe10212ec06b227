import type { ElectionDefinition } from '@suffrage/contracts/election';
import { waitFor } from '@suffrage/stack/wait-for';
import {
  createDraft,
  extend,
  findElection,
  makeCodes,
  type Registrar,
  schedule,
  uploadRoll,
} from './registrar.ts';

export const ELECTION = 'election-day';

const OPENS_IN_MILLIS = 5_000;
const LEAST_OPEN_MILLIS = 60_000;
/** Slower machines take longer: then the closing is moved. */
const VOTES_PER_SECOND = 100;
const LOOK_MILLIS = 1_000;
/** A later closing has to be known 20 s before the earlier one. */
const EXTEND_BEFORE_MILLIS = 40_000;
const EXTENSION_MILLIS = 60_000;
const HOUR_MILLIS = 3_600_000;

type Options = {
  readonly voters: number;
  readonly voting: number;
  readonly say: (line: string) => void;
};

/** From a draft and a roll to an election that has opened by itself, with a code for every voter. */
export async function prepare(
  { voters, voting, say }: Options,
  registrar: Registrar,
  roll: readonly string[],
): Promise<{ readonly definition: ElectionDefinition; readonly codes: Map<string, string> }> {
  const now = Date.now();
  await createDraft(registrar, ELECTION, { opensAt: now + HOUR_MILLIS, closesAt: now + 2 * HOUR_MILLIS });
  const begun = performance.now();
  const onRoll = await uploadRoll(registrar, ELECTION, roll);
  const uploaded = performance.now();
  const codes = await makeCodes(registrar, ELECTION);
  const [rollSeconds, codeSeconds] = [uploaded - begun, performance.now() - uploaded].map(millis =>
    (millis / 1000).toFixed(1),
  );
  say(
    `${onRoll.toLocaleString('en')} voters on the roll (${rollSeconds} s), ${codes.size.toLocaleString('en')} codes (${codeSeconds} s)`,
  );
  if (onRoll !== voters || codes.size !== voters) throw new Error('the roll is not what was uploaded');
  const opensAt = Date.now() + OPENS_IN_MILLIS;
  const closesAt = opensAt + LEAST_OPEN_MILLIS + (1_000 * voting) / VOTES_PER_SECOND;
  const definition = await schedule(registrar, ELECTION, { opensAt, closesAt });
  const isOpen = async () => (await findElection(registrar, ELECTION)).phase === 'open' || undefined;
  await waitFor('the opening on schedule', isOpen);
  return { definition, codes };
}

/** The answer to voters who still wait when the closing comes near: a later closing. Returns what ends it. */
export function keepOpen(registrar: Registrar, say: (line: string) => void): () => void {
  const look = async () => {
    const { definition } = await findElection(registrar, ELECTION);
    const closesAt = Date.parse(definition.closesAt);
    if (Date.now() < closesAt - EXTEND_BEFORE_MILLIS) return;
    await extend(registrar, ELECTION, closesAt + EXTENSION_MILLIS);
    say(`Some still wait: the closing is moved by ${EXTENSION_MILLIS / 1000} s.`);
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => say(`The closing could not be moved: ${String(error)}`));
  }, LOOK_MILLIS);
  return () => clearInterval(timer);
}
