import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import { type Snapshot, snapshotSchema } from '@suffrage/contracts/results';
import { z } from 'zod';
import type { LocalStack } from './local-stack.ts';

const view = z.looseObject({ definition: electionDefinition });
const problem = z.looseObject({ code: z.string(), detail: z.string().optional() });

/** A manager's request to the registrar. @throws Error with the refusal's code. */
async function ask(
  { registrarUrl, managerToken }: LocalStack,
  path: string,
  body?: unknown,
): Promise<ElectionDefinition> {
  const response = await fetch(`${registrarUrl}/v1/elections${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${managerToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const json: unknown = await response.json();
  if (response.ok) return view.parse(json).definition;
  throw new RefusedError(problem.parse(json).code);
}

class RefusedError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`the registrar refuses: ${code}`);
    this.code = code;
  }
}

/** Creates an election and opens it now. Where the id is taken, by an earlier demonstration, a number is added. */
export async function openElection(
  stack: LocalStack,
  id: string,
  draft: (id: string) => object,
): Promise<ElectionDefinition> {
  for (let number = 1; ; number += 1) {
    const numbered = number === 1 ? id : `${id}-${number}`;
    try {
      await ask(stack, '', draft(numbered));
      return await ask(stack, `/${numbered}/open`);
    } catch (error) {
      if (!(error instanceof RefusedError) || error.code !== 'election-exists') throw error;
    }
  }
}

/** The newest snapshot that any aggregator gives, or `undefined` when none answers. */
export async function results(
  { resultsUrls }: LocalStack,
  electionId: string,
): Promise<Snapshot | undefined> {
  for (const url of resultsUrls) {
    const response = await fetch(`${url}/v1/elections/${electionId}/results`).catch(() => undefined);
    if (response?.ok) return snapshotSchema.parse(await response.json());
  }
  return undefined;
}
