import { call, claim, isProblem } from './call.mjs';

const { AGGREGATOR, WEB } = process.env;

await claim('the aggregator knows no results of an election that is not there', async () => {
  const { status, type, text } = await call(`${AGGREGATOR}/v1/elections/no-such-election/results`);
  return isProblem(type, text, 'election-unknown') || { status, type, text };
});
await claim('the page is served', async () => {
  const { status, type } = await call(`${WEB}/`);
  return (status === 200 && type.startsWith('text/html')) || { status, type };
});
await claim('the page reaches the registrar', async () => {
  const { status, text } = await call(`${WEB}/api/registrar/v1/elections`);
  return status === 200 || { status, text };
});
