import { summaryPath } from './environment.ts';

type Data = { readonly metrics: object; readonly state: { readonly testRunDurationMs: number } };

/** All metrics as JSON, for the runner; k6 prints nothing then. */
export function handleSummary({ metrics, state }: Data): Record<string, string> {
  return { [summaryPath]: JSON.stringify({ metrics, testRunDurationMs: state.testRunDurationMs }) };
}
