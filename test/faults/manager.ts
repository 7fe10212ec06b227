import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fetchToken } from '@suffrage/client/fetch-token';
import { prepareVote } from '@suffrage/client/prepare-vote';
import { electionDefinition } from '@suffrage/contracts/election';
import { readSecret } from '@suffrage/stack/secrets';
import { z } from 'zod';
import type { Stage } from './fault-case.ts';
import type { World } from './world.ts';

const HOUR_MILLIS = 3_600_000;
const ANSWER_MILLIS = 5_000;
const DEADLINE_MILLIS = 30_000;

const view = z.looseObject({ definition: electionDefinition });

type Serving = Pick<World, 'infrastructure' | 'services'>;

function registrarUrl({ services }: Pick<World, 'services'>): string {
  return `${services.urls('registrar')[0] ?? ''}/v1/elections`;
}

/** Creates an election as a manager does and opens it. Its id, also when the registrar dies before it has answered. */
export async function openThroughRegistrar(world: Serving): Promise<string> {
  const id = `by-registrar-${randomBytes(3).toString('hex')}`;
  const option = (name: string) => ({ id: name, title: { en: name } });
  const options = ['yes', 'no'].map(option);
  const now = Date.now();
  const [, token = ''] = readSecret(world.infrastructure.secrets.managerTokens).split(/\s+/);
  const ask = (path: string, body?: unknown) =>
    fetch(`${registrarUrl(world)}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_MILLIS),
    });
  const created = await ask('', {
    id,
    title: { en: 'Opened while the registrar died' },
    contests: [{ id: 'question', title: { en: 'Question' }, minSelections: 1, maxSelections: 1, options }],
    mode: 'secret',
    eligibility: 'open',
    revote: 'none',
    opensAt: new Date(now).toISOString(),
    closesAt: new Date(now + HOUR_MILLIS).toISOString(),
    timeZone: 'Europe/London',
    resultsPolicy: 'live',
  });
  if (!created.ok) throw new Error(`the registrar refuses the election: ${created.status}`);
  await ask(`/${id}/open`).catch(() => undefined);
  return id;
}

/** Waits until the election is open everywhere: a voter gets a token and casts a vote, which is accepted. */
export async function castThroughRegistrar(
  {
    world,
    problem,
  }: { readonly world: Pick<World, 'services' | 'transports'>; readonly problem: Stage['problem'] },
  id: string,
): Promise<void> {
  const deadline = Date.now() + DEADLINE_MILLIS;
  const found = await fetch(`${registrarUrl(world)}/${id}`);
  const { definition } = view.parse(await found.json());
  const prepared = prepareVote(definition, { question: ['yes'] });
  if (!prepared.ok) throw new Error(prepared.code);
  const issued = await fetchToken(new URL(registrarUrl(world)).origin, prepared.vote);
  if (!issued.ok) return problem(`the registrar refuses a token: ${issued.code}`);
  const ballot = { vote: prepared.vote, token: issued.token };
  while (Date.now() < deadline) {
    const answer = await world.transports[0]?.(ballot, AbortSignal.timeout(ANSWER_MILLIS));
    if (answer?.kind === 'accepted') return;
    await sleep(200);
  }
  problem('the election that was opened in the database never became known to ingestion');
}
