import { electionsKey, type ElectionsMessage, topicNames } from '@suffrage/contracts/topics';
import { waitFor } from '@suffrage/stack/wait-for';
import { Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';
import { completeDefinition } from '../votes/load-election.ts';
import { readBodies, type VotesFile } from '../votes/votes-file.ts';
import type { Installation } from './installation.ts';

const DAY_MILLIS = 86_400_000;
const problem = z.looseObject({ code: z.string() });
const tokenOf = z.looseObject({ token: z.string() });

/**
 * Tells an installation about the election of these votes, on topic `elections` as the registrar would, and waits until
 * each process takes votes for it: the registrar makes keys of its own, and these votes are signed already.
 * @throws Error when it knows the election: votes that were cast once would all be duplicates.
 */
export async function openElection({ stack, receiptKeys }: Installation, votes: VotesFile): Promise<void> {
  const { id } = votes.load;
  for (const url of stack.resultsUrls) {
    if (await hasResults(url, id))
      throw new Error(
        `this installation has held election ${id} already: take votes of another seed (SEED=${votes.manifest.seed + 1})`,
      );
  }
  const now = Date.now();
  const definition = completeDefinition(votes.load, {
    opensAt: new Date(now - 1_000),
    closesAt: new Date(now + DAY_MILLIS),
    receiptKeys,
  });
  await publish(stack.brokers, { kind: 'election', version: 1, definition });
  const refused = await forgedBody(votes);
  for (const url of stack.ingestionUrls)
    await waitFor(`the election at ${url}`, async () => (await isKnown(url, id, refused)) || undefined);
  for (const url of stack.resultsUrls)
    await waitFor(`the election at ${url}`, async () => (await hasResults(url, id)) || undefined);
}

async function publish(brokers: readonly string[], message: ElectionsMessage): Promise<void> {
  const kafka = new Kafka({ clientId: 'loadtest', brokers: [...brokers], logLevel: logLevel.NOTHING });
  const producer = kafka.producer();
  await producer.connect();
  try {
    const record = { key: electionsKey(message), value: JSON.stringify(message) };
    await producer.send({ topic: topicNames('').elections, acks: -1, messages: [record] });
  } finally {
    await producer.disconnect();
  }
}

async function hasResults(url: string, id: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/elections/${id}/results`).catch((cause: unknown) => {
    throw new Error(`nothing answers at ${url}: make status tells what is up`, { cause });
  });
  await response.body?.cancel();
  return response.ok;
}

/** A vote whose token is another's: whoever knows the election refuses the token, and nothing comes on the log. */
async function forgedBody(votes: VotesFile): Promise<string> {
  const [first] = await readBodies(votes, 0, 1);
  const body = tokenOf.parse(JSON.parse(String(first)));
  const altered = `${body.token.startsWith('A') ? 'B' : 'A'}${body.token.slice(1)}`;
  return JSON.stringify({ ...body, token: altered });
}

async function isKnown(url: string, id: string, body: string): Promise<boolean> {
  const response = await fetch(`${url}/v1/elections/${id}/votes`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  return problem.parse(await response.json()).code === 'token-invalid';
}
