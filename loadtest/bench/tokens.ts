import { randomBytes } from 'node:crypto';
import { readSecret } from '@suffrage/stack/secrets';
import { startServices } from '@suffrage/stack/start-services';
import { Pool } from 'undici';
import { startRawRsa } from '../floors/raw-rsa.ts';
import { cpuMicros, round } from './processes.ts';
import { median } from './quantiles.ts';
import { CORES, type Run } from './run.ts';
import { serverPids } from './world.ts';

export type Tokens = {
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** CPU microseconds for each token; medians over the rounds. */
  readonly registrarMicros: number;
  readonly postgresMicros: number;
  /** One raw RSA private operation with all cores busy, measured between the rounds. */
  readonly floorMicros: number;
  /** floor ÷ registrar. */
  readonly efficiency: number;
};

type Issuer = { readonly origin: string; readonly electionId: string; readonly authorization: string };

const ROUNDS = 3;
/** With 64 the registrar waits for them a third of its time. */
const CONNECTIONS = 256;
const HOUR_MILLIS = 3_600_000;

/**
 * Blind tokens of a secret election with a roll and codes, over REST, as fast as the registrar gives them: each a code
 * checked, a row committed and a signature made. Beside it the raw RSA operation alone, in threads.
 */
export async function measureTokens(run: Run, { tokens }: { readonly tokens: number }): Promise<Tokens> {
  const name = `tokens${randomBytes(4).toString('hex')}`;
  const services = await startServices(run.infrastructure, {
    counts: { registrar: 1, ingestion: 0, processor: 0, aggregator: 0, web: 0 },
    ports: 'free',
    namespace: name,
    extra: {
      registrar: {
        SUFFRAGE_LIMIT_PER_ELECTION: '100000000',
        ...run.environment.registrar,
      },
    },
  });
  const floor = await startRawRsa(CORES);
  const part = services.part('registrar-1');
  const [origin = ''] = services.urls('registrar');
  const client = new Pool(origin, { connections: CONNECTIONS });
  try {
    const [, secret = ''] = readSecret(run.infrastructure.secrets.managerTokens).split(/\s+/);
    const issuer = { origin, electionId: name, authorization: `Bearer ${secret}` };
    const codes = await openElection(issuer, tokens * (ROUNDS + 1));
    await takeTokens(client, name, codes.slice(0, tokens));
    const pids = {
      registrar: part.reference()?.pid ?? 0,
      postgres: serverPids(run.infrastructure).postgres ?? 0,
    };
    const samples: { floorMicros: number; registrar: number; postgres: number; rate: number }[] = [];
    for (let done = 1; done <= ROUNDS; done += 1) {
      run.say(`  round ${done} of ${ROUNDS}, ${tokens} tokens`);
      const floorMicros = await floor.microsPerOperation();
      const before = cpuMicros(pids);
      const begun = performance.now();
      await takeTokens(client, name, codes.slice(done * tokens, (done + 1) * tokens));
      const seconds = (performance.now() - begun) / 1000;
      const after = cpuMicros(pids);
      const used = (of: keyof typeof pids) => ((after[of] ?? 0) - (before[of] ?? 0)) / tokens;
      samples.push({
        floorMicros,
        registrar: used('registrar'),
        postgres: used('postgres'),
        rate: tokens / seconds,
      });
    }
    const typical = (of: keyof (typeof samples)[number]) => median(samples.map(sample => sample[of]));
    return {
      tokens: ROUNDS * tokens,
      tokensPerSecond: round(typical('rate')),
      registrarMicros: round(typical('registrar')),
      postgresMicros: round(typical('postgres')),
      floorMicros: round(typical('floorMicros')),
      efficiency: Math.round((typical('floorMicros') / typical('registrar')) * 1000) / 1000,
    };
  } finally {
    await client.destroy();
    await floor.stop();
    await part.stop();
  }
}

/** From the roll to the opening, through the API. Gives everybody's code. */
async function openElection(issuer: Issuer, voters: number): Promise<string[]> {
  const option = (id: string) => ({ id, title: { en: id } });
  const mayor = { minSelections: 1, maxSelections: 1, options: ['a', 'b'].map(option) };
  await manage(issuer, 'POST', '', {
    id: issuer.electionId,
    title: { en: 'Tokens' },
    contests: [{ id: 'mayor', title: { en: 'Mayor' }, ...mayor }],
    mode: 'secret',
    eligibility: 'roll',
    revote: 'none',
    opensAt: new Date(Date.now() + HOUR_MILLIS).toISOString(),
    closesAt: new Date(Date.now() + 2 * HOUR_MILLIS).toISOString(),
    timeZone: 'UTC',
    resultsPolicy: 'live',
  });
  const roll = Array.from({ length: voters }, (_, voter) => `voter-${voter}\n`).join('');
  await manage(issuer, 'PUT', `/${issuer.electionId}/roll`, `voter\n${roll}`);
  const csv = await manage(issuer, 'POST', `/${issuer.electionId}/codes`);
  await manage(issuer, 'POST', `/${issuer.electionId}/open`);
  return csv
    .trimEnd()
    .split('\r\n')
    .slice(1)
    .map(line => line.slice(line.lastIndexOf(',') + 1));
}

async function manage(
  { origin, authorization }: Issuer,
  method: string,
  path: string,
  body?: string | object,
): Promise<string> {
  const isText = typeof body === 'string';
  const type: Record<string, string> =
    body === undefined ? {} : { 'content-type': isText ? 'text/csv' : 'application/json' };
  const response = await fetch(`${origin}/v1/elections${path}`, {
    method,
    headers: { authorization, ...type },
    ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
  return text;
}

/** Any number below the modulus is a blinded message to the registrar. */
async function takeTokens(client: Pool, electionId: string, codes: readonly string[]): Promise<void> {
  const left = codes.values();
  const take = async () => {
    for (const code of left) {
      const blindedMessage = randomBytes(256).fill(0, 0, 1).toString('base64url');
      const { statusCode, body } = await client.request({
        method: 'POST',
        path: `/v1/elections/${electionId}/tokens`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ blindedMessage, code }),
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`a token was refused: ${text}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, take));
}
