import { problemResponses } from '@suffrage/runtime/http/problems';
import type { HttpServer } from '@suffrage/runtime/http/server';
import { z } from 'zod';
import { roles } from '../principal.ts';
import type { SignInOffer } from '../sign-in.ts';
import type { Principals } from './guard-routes.ts';

const offerSchema = z.strictObject({
  issuer: z.string(),
  clientId: z.string(),
  scopes: z.string(),
  audience: z.string(),
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
  offer: SignInOffer | undefined,
): void {
  server.get(
    '/v1/sign-in',
    {
      schema: {
        summary: 'How to sign in; null where only static tokens are known',
        response: { 200: z.strictObject({ openIdConnect: z.nullable(offerSchema) }), ...problemResponses },
      },
    },
    async () => ({ openIdConnect: offer ?? null }),
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
