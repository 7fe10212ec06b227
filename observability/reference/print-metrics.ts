import { markdownTable } from './markdown-table.ts';
import { type MetricsOf, readMetrics } from './read-metrics.ts';

/** `node observability/reference/print-metrics.ts`: all metrics as Markdown, for `docs/reference/metrics.md`. */

const section = ({ of, source, metrics }: MetricsOf) => `## ${of}

\`${source}\`

${markdownTable(
  ['Metric', 'Type', 'Labels', 'What it tells'],
  metrics.map(({ name, type, hasExemplars, labels, help }) => [
    `\`${name}\``,
    hasExemplars ? `${type}, exemplars` : type,
    labels,
    help,
  ]),
)}`;

process.stdout.write(`# Metrics

Generated from the services' \`metrics.ts\`; \`make check\` says when it is not current. Each process serves them at
\`/metrics\` on a port of its own (ingestion 9464, aggregator 9465, registrar 9466, processor 9467, web 9468, audit 9469;
further replicas on one machine +10), in the OpenMetrics format, with the label \`service\` on each. Besides these, every
service has the usual \`process_*\` and \`nodejs_*\` metrics: CPU, memory, file descriptors, event-loop delay, garbage collection.

No label has a value per voter, vote or election: what labels hold is written beside them. Histograms have a bound at each
objective (0.1 s to a receipt, 10 s until a vote is counted). Exemplars name the trace (\`trace_id\`) of a request that is traced.

${readMetrics().map(section).join('\n\n')}
`);
