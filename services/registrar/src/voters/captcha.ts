import { type Refusal, refuse } from '@suffrage/contracts/errors';
import { z } from 'zod';

/** Asks the captcha's provider about what the voter's page got from it. `undefined`: solved, or none is asked for. */
export type CheckCaptcha = (response: string | undefined) => Promise<Refusal | undefined>;

type Provider = { readonly url: string; readonly secret: string };

const PROVIDER_MILLIS = 3_000;
const MAX_RESPONSE = 2_048;
const answer = z.object({ success: z.boolean() });

/** The `siteverify` protocol of Turnstile, which hCaptcha and reCAPTCHA speak, too. The voter's address is not sent. */
export function createCheckCaptcha(provider: Provider | undefined): CheckCaptcha {
  if (!provider) return async () => undefined;
  return async response => {
    if (response === undefined || response === '' || response.length > MAX_RESPONSE)
      return refuse('captcha-refused', 'captcha');
    try {
      const reply = await fetch(provider.url, {
        method: 'POST',
        body: new URLSearchParams({ secret: provider.secret, response }),
        signal: AbortSignal.timeout(PROVIDER_MILLIS),
        redirect: 'error',
      });
      if (!reply.ok) return refuse('captcha-unavailable');
      const { success } = answer.parse(await reply.json());
      return success ? undefined : refuse('captcha-refused', 'captcha');
    } catch {
      // Out of time, out of reach, or not what the protocol says.
      return refuse('captcha-unavailable');
    }
  };
}
