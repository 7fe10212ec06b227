import type { ElectionDefinition } from '@suffrage/contracts/election';
import type { PeerFetch } from '@suffrage/runtime/tls/peers';
import { checkIssuedCount, type IssuedCount, issuedCountSchema } from '@suffrage/contracts/issued-count';

const REQUEST_MILLIS = 5_000;

/** The registrar's final signed count of tokens; `undefined` while it is not final, or not to be had. Never throws. */
export async function fetchIssued(
  registrarUrl: string,
  fetchPeer: PeerFetch,
  { id, registrarKeys = [] }: Pick<ElectionDefinition, 'id' | 'registrarKeys'>,
): Promise<IssuedCount | undefined> {
  try {
    const response = await fetchPeer(new URL(`/v1/elections/${id}/issued`, registrarUrl), {
      signal: AbortSignal.timeout(REQUEST_MILLIS),
    });
    if (!response.ok) return undefined;
    const count = issuedCountSchema.parse(await response.json());
    const isGenuine = (await checkIssuedCount(count, registrarKeys)) === 'valid' && count.electionId === id;
    return isGenuine && count.exact ? count : undefined;
  } catch {
    return undefined;
  }
}
