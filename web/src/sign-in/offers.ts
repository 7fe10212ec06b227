import * as z from 'zod/mini';
import { fetchDocument } from '../api/fetch.ts';
import type { Provider } from './renewal.ts';

const voters = z.object({ issuer: z.string(), clientId: z.string() });
const managers = z.object({
  issuer: z.string(),
  clientId: z.string(),
  scopes: z.string(),
  audience: z.string(),
});
const offersSchema = z.object({ openIdConnect: z.nullable(managers), voters: z.nullable(voters) });

/** `null`: such people have no provider here. */
export type Offers = { readonly manager: Provider | null; readonly voter: Provider | null };

/** Where people sign in. `undefined` when the registrar does not say. Never throws. */
export async function fetchOffers(signal: AbortSignal): Promise<Offers | undefined> {
  const answer = await fetchDocument('/api/registrar/v1/sign-in', offersSchema, signal);
  if (!answer.ok) return undefined;
  const { openIdConnect: manager, voters: voter } = answer.value;
  return { manager, voter: voter && { ...voter, scopes: 'openid' } };
}
