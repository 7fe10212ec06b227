import * as z from 'zod/mini';

/** A provider, and the client that this page is there. */
export const providerSchema = z.object({
  issuer: z.string(),
  clientId: z.string(),
  scopes: z.string(),
  /** What access tokens are to be for; none where only an ID token is wanted. */
  audience: z.optional(z.string()),
});
export type Provider = z.infer<typeof providerSchema>;

/** What another access token is asked for with, and when: some time before the one that there is ends. */
export const renewalSchema = z.object({
  provider: providerSchema,
  refreshToken: z.string(),
  /** Milliseconds since 1970. */
  renewAt: z.number(),
});
export type Renewal = z.infer<typeof renewalSchema>;
