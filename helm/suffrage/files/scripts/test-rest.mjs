import { call, claim, isProblem } from './call.mjs';

const { INGESTION, REGISTRAR } = process.env;

await claim('ingestion refuses what is no vote, with a problem document', async () => {
  const { status, type, text } = await call(`${INGESTION}/v1/elections/no-such-election/votes`, {
    method: 'POST',
    body: '{}',
  });
  return isProblem(type, text, 'field-invalid') || { status, type, text };
});
await claim('the registrar lists elections', async () => {
  const { status, text } = await call(`${REGISTRAR}/v1/elections`);
  return status === 200 || { status, text };
});
