import { setTimeout as sleep } from 'node:timers/promises';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { repeatEvery } from '@suffrage/runtime/wait';
import type { CaseElections } from './ballots.ts';
import type { Place, World } from './world.ts';

export type ResultsWatch = {
  /** One sentence for each time that an aggregator went back to an older version (INV-5). */
  stop(): Promise<readonly string[]>;
};

const LOOK_MILLIS = 500;
const ANSWER_MILLIS = 2_000;

/** Looks at the results of every aggregator twice a second. */
export function watchResults({ services }: World, elections: CaseElections): ResultsWatch {
  const urls = services.urls('aggregator');
  const newest = new Map<string, number>();
  const problems: string[] = [];
  const look = async (url: string, electionId: string) => {
    const snapshot = await readResults(url, electionId);
    if (!snapshot) return;
    const key = `${url} ${electionId}`;
    const before = newest.get(key) ?? 0;
    if (snapshot.version < before)
      problems.push(
        `INV-5: results of ${electionId} went back from version ${before} to ${snapshot.version}`,
      );
    newest.set(key, snapshot.version);
  };
  const stop = repeatEvery(LOOK_MILLIS, async () => {
    const looks = urls.flatMap(url => idsOf(elections).map(id => look(url, id)));
    await Promise.all(looks);
  });
  return { stop: async () => stop().then(() => problems) };
}

async function readResults(url: string, electionId: string): Promise<Snapshot | undefined> {
  try {
    const response = await fetch(`${url}/v1/elections/${electionId}/results`, {
      signal: AbortSignal.timeout(ANSWER_MILLIS),
    });
    return response.ok ? snapshotSchema.parse(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

const SETTLE_MILLIS = 30_000;

/** A place with services. */
type Serving = Place & Pick<World, 'services'>;

/** Waits until every aggregator shows what the database has counted. One sentence for each that does not. */
export async function compareResults(world: Serving, elections: CaseElections): Promise<string[]> {
  const deadline = Date.now() + SETTLE_MILLIS;
  for (;;) {
    const problems = await differences(world, elections);
    if (problems.length === 0 || Date.now() > deadline) return problems;
    await sleep(LOOK_MILLIS);
  }
}

async function differences(world: Serving, elections: CaseElections): Promise<string[]> {
  const ids = idsOf(elections);
  const rows = await world.query(
    'select election_id, count(*) as n from votes where election_id = any($1) group by election_id',
    [ids],
  );
  const counted = new Map(rows.map(row => [String(row.election_id), Number(row.n)]));
  const looks = world.services.urls('aggregator').flatMap(url =>
    ids.map(async id => {
      const shown = (await readResults(url, id))?.counted;
      const expected = counted.get(id) ?? 0;
      return shown === expected
        ? []
        : [`INV-5: ${url} shows ${shown ?? 'nothing'} for ${id} instead of ${expected}`];
    }),
  );
  return (await Promise.all(looks)).flat();
}

function idsOf(elections: CaseElections): string[] {
  return Object.values(elections).map(({ election }) => election.definition.id);
}
