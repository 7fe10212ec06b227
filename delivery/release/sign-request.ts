import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';

/** The headers with which AWS knows who asks for `url`. @throws Error where nobody is signed in to AWS */
export type SignRequest = (url: URL) => Promise<Record<string, string>>;

/** https://docs.aws.amazon.com/general/latest/gr/prometheus-service.html */
const WORKSPACES = /^aps-workspaces(?:-fips)?\.([a-z0-9-]+)\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/;

/**
 * Signs with whatever AWS's own programs would sign in with. @returns `undefined` for a Prometheus that is not Amazon's: it would be
 * told who we are for nothing.
 */
export function signerFor(
  { hostname }: URL,
  region = WORKSPACES.exec(hostname)?.[1],
): SignRequest | undefined {
  if (region === undefined) return undefined;
  const signer = new SignatureV4({ service: 'aps', region, credentials: defaultProvider(), sha256: Sha256 });
  return async url => {
    const signed = await signer.sign({
      method: 'GET',
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host },
    });
    return signed.headers;
  };
}
