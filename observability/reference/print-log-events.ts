import { markdownTable } from './markdown-table.ts';
import { readLogEvents } from './read-log-events.ts';

/** `node observability/reference/print-log-events.ts`: all log events as Markdown, for `docs/reference/log-events.md`. */

const events = readLogEvents();
const parts = [
  'libs/runtime',
  'services/ingestion',
  'services/processor',
  'services/aggregator',
  'services/registrar',
  'web',
];
const TITLES: Readonly<Record<string, string>> = { 'libs/runtime': 'Every service', web: 'Web' };
const titleOf = (part: string) =>
  TITLES[part] ?? part.replace('services/', '').replace(/^./, first => first.toUpperCase());

const section = (part: string) => `## ${titleOf(part)}

${markdownTable(
  ['Level', 'Message', 'Fields', 'Source'],
  events
    .filter(({ source }) => source.startsWith(`${part}/`))
    .map(({ level, message, fields, source }) => [
      level,
      message,
      fields.map(field => `\`${field}\``).join(', '),
      `\`${source.slice(part.length + 1)}\``,
    ]),
)}`;

process.stdout.write(`# Log events

Generated from every call of a logger in the services; \`make check\` says when it is not current. Logs are JSON, one event a
line, on standard output. The message (\`msg\`) never varies, so it can be searched for; what varies are fields. Each event has
\`level\`, \`time\` (UTC), \`service\` and \`instance\`, and within a traced request \`trace_id\` (never of a vote in a secret election).
\`err\` holds an error with its type, message, stack and causes, without the data that databases repeat. No event names a
voter, a vote's content, a token or an address. Where a server listens, Fastify says itself: \`Server listening at …\`, and
the Kafka client speaks through the events with the field \`kafka\`.

\`warn\`: something was tried again or went another way. \`error\`: something could not be done. \`fatal\`: the process ends.

${parts.map(section).join('\n\n')}
`);
