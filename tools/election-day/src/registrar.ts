import { type ElectionDefinition, electionDefinition } from '@suffrage/contracts/election';
import { z } from 'zod';
import { CONTESTS } from './plan.ts';

/** A manager at the registrar of this day. */
export type Registrar = { readonly url: string; readonly managerToken: string };

const view = z.looseObject({ definition: electionDefinition, phase: z.string(), official: z.boolean() });
export type ElectionView = z.infer<typeof view>;
const problem = z.looseObject({ code: z.string(), detail: z.string().optional() });
const codeAnswer = z.looseObject({ code: z.string() });
const rollAnswer = z.looseObject({ voters: z.int(), added: z.int() });

/** @throws Error with the refusal's code. */
async function ask(
  { url, managerToken }: Registrar,
  method: 'GET' | 'PUT' | 'POST',
  path: string,
  body?: { readonly type: string; readonly content: string },
): Promise<Response> {
  const response = await fetch(`${url}/v1/elections${path}`, {
    method,
    headers: {
      authorization: `Bearer ${managerToken}`,
      ...(body ? { 'content-type': body.type } : {}),
    },
    ...(body ? { body: body.content } : {}),
  });
  if (response.ok) return response;
  const { code, detail = '' } = problem.parse(await response.json());
  throw new Error(`the registrar refuses ${method} ${path}: ${code} ${detail}`);
}

const json = (value: object) => ({ type: 'application/json', content: JSON.stringify(value) });

export type Schedule = { readonly opensAt: number; readonly closesAt: number };

const draft = (id: string, { opensAt, closesAt }: Schedule) => ({
  id,
  title: { en: 'Election day', de: 'Wahltag' },
  contests: CONTESTS.map(({ options, ...contest }) => ({
    ...contest,
    title: { en: contest.id },
    options: options.map(option => ({ id: option, title: { en: option } })),
  })),
  mode: 'secret',
  eligibility: 'roll',
  voterProof: 'code',
  revote: 'none',
  opensAt: new Date(opensAt).toISOString(),
  closesAt: new Date(closesAt).toISOString(),
  timeZone: 'Europe/London',
  resultsPolicy: 'after-close',
});

export async function createDraft(registrar: Registrar, id: string, times: Schedule): Promise<void> {
  await ask(registrar, 'POST', '', json(draft(id, times)));
}

/** Sets the schedule of a draft and publishes it: it opens and closes by itself. */
export async function schedule(
  registrar: Registrar,
  id: string,
  times: Schedule,
): Promise<ElectionDefinition> {
  await ask(registrar, 'PUT', `/${id}`, json(draft(id, times)));
  const response = await ask(registrar, 'POST', `/${id}/publish`);
  return view.parse(await response.json()).definition;
}

/** Uploads the roll as CSV. Returns how many voters are on it. */
export async function uploadRoll(registrar: Registrar, id: string, roll: readonly string[]): Promise<number> {
  const content = `voter\n${roll.join('\n')}\n`;
  const response = await ask(registrar, 'PUT', `/${id}/roll`, { type: 'text/csv', content });
  return rollAnswer.parse(await response.json()).voters;
}

/** Has a code made for every voter; they are shown once. */
export async function makeCodes(registrar: Registrar, id: string): Promise<Map<string, string>> {
  const response = await ask(registrar, 'POST', `/${id}/codes`);
  const [, ...lines] = (await response.text()).trimEnd().split('\r\n');
  return new Map(
    lines.map(line => {
      const [voter = '', code = ''] = line.split(',');
      return [voter, code];
    }),
  );
}

/** Has another code made for one voter; the one before is void. */
export async function makeCodeAgain(registrar: Registrar, id: string, voter: string): Promise<string> {
  const response = await ask(registrar, 'POST', `/${id}/codes/again`, json({ voter }));
  return codeAnswer.parse(await response.json()).code;
}

export async function findElection(registrar: Registrar, id: string): Promise<ElectionView> {
  return view.parse(await (await ask(registrar, 'GET', `/${id}`)).json());
}

/** The answer to voters who still wait: a later closing. */
export async function extend(registrar: Registrar, id: string, closesAt: number): Promise<void> {
  await ask(registrar, 'POST', `/${id}/close`, json({ closesAt: new Date(closesAt).toISOString() }));
}

export async function seal(registrar: Registrar, id: string): Promise<void> {
  await ask(registrar, 'POST', `/${id}/seal`);
}
