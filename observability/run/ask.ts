import { z } from 'zod';

const answerSchema = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(
      z.object({
        metric: z.record(z.string(), z.string()),
        values: z.array(z.tuple([z.number(), z.string()])),
      }),
    ),
  }),
});

/** A line of a picture: its labels, and points of [seconds since 1970, value]. */
export type Series = {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [number, number])[];
};

type Range = {
  /** Seconds since 1970. */
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
  /** Stands for Grafana's `$__rate_interval`. */
  readonly rateWindow: string;
};

/** Asks Prometheus for a query of a dashboard over some time. @throws Error with Prometheus' own words when it refuses. */
export async function askRange(url: string, expr: string, range: Range): Promise<Series[]> {
  const body = new URLSearchParams({
    query: expr.replaceAll('$__rate_interval', range.rateWindow),
    start: String(range.from),
    end: String(range.to),
    step: String(range.stepSeconds),
  });
  const response = await fetch(`${url}/api/v1/query_range`, { method: 'POST', body });
  const text = await response.text();
  if (!response.ok) throw new Error(`Prometheus refused ${expr}: ${text}`);
  const { result } = answerSchema.parse(JSON.parse(text)).data;
  return result.map(({ metric, values }) => ({
    labels: metric,
    points: values.map(([at, value]) => [at, Number(value)] as const),
  }));
}
