import { problemResponses } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import { roles } from '../principal.ts';
import type { SignInOffer, VotersOffer } from '../sign-in.ts';
import type { Principals } from './guard-routes.ts';

const offerSchema = z.strictObject({
  issuer: z.string(),
  clientId: z.string(),
  scopes: z.string(),
  audience: z.string(),
});
/** Voters bring ID tokens of this client. */
const votersOfferSchema = offerSchema.pick({ issuer: true, clientId: true });
const signInSchema = z.strictObject({
  openIdConnect: z.nullable(offerSchema),
  voters: z.nullable(votersOfferSchema),
});
const principalSchema = z.strictObject({
  subject: z.string(),
  organisation: z.string(),
  roles: z.array(z.enum(roles)),
});

/** How to sign in (authorization code with PKCE, by the page itself), and as whom one has. */
export function signInRoutes(
  server: HttpServer,
  principals: Principals,
  offers: { readonly managers: SignInOffer | undefined; readonly voters: VotersOffer | undefined },
): void {
  server.get(
    '/v1/sign-in',
    {
      schema: {
        summary: 'How managers and voters sign in; null where they can not',
        response: { 200: signInSchema, ...problemResponses },
      },
    },
    async () => ({ openIdConnect: offers.managers ?? null, voters: offers.voters ?? null }),
  );
  server.get(
    '/v1/principal',
    { schema: { summary: 'Who I am', response: { 200: principalSchema, ...problemResponses } } },
    async request => {
      const { subject, organisation, roles: held } = principals.of(request);
      return { subject, organisation, roles: [...held] };
    },
  );
}
