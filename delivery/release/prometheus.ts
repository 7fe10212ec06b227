import { escapeUri } from '@smithy/core/protocols';
import { z } from 'zod';
import { signerFor } from './sign-request.ts';

const answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) }),
    ),
  }),
});
type Samples = z.infer<typeof answer>['data']['result'];

/** What a query gives now. @throws Error where Prometheus does not say */
export type AskPrometheus = (query: string) => Promise<Samples>;

/**
 * Instant queries (https://prometheus.io/docs/prometheus/latest/querying/api/) to a Prometheus, or to a workspace of Amazon's.
 * `region`: signed for this region of AWS although the address does not look like Amazon's, such as a VPC endpoint's own name.
 */
export function prometheusAt(address: string, region?: string): AskPrometheus {
  const sign = signerFor(new URL(address), region);
  return async query => {
    // Encoded as a signature has it: URLSearchParams would put a plus for a space.
    const url = new URL(`${address.replace(/\/$/, '')}/api/v1/query?query=${escapeUri(query)}`);
    const headers = await sign?.(url);
    const response = await fetch(url, { ...(headers && { headers }), signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return answer.parse(await response.json()).data.result;
  };
}
