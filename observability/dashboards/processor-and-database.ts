import { type Dashboard, lines, quantiles, query, RATE, rateBy, rateOrNone } from './panel.ts';
import { countedTime, outcomes } from './signals.ts';

export const processorAndDatabase: Dashboard = {
  uid: 'suffrage-processor-and-database',
  title: 'Processor and database',
  description: 'From the log into PostgreSQL.',
  rows: [
    {
      title: 'Counting',
      panels: [
        outcomes,
        countedTime,
        lines({
          title: 'Records per transaction',
          description: 'Up to 2,000; more under load, which keeps the cost of a vote low.',
          unit: 'short',
          queries: quantiles('suffrage_processor_batch_records', 0.5, 0.99),
        }),
        lines({
          title: 'Partitions by process',
          description: 'All partitions are held by somebody, evenly. Moves at each deployment.',
          unit: 'short',
          queries: [query('{{instance}}', 'suffrage_processor_partitions')],
        }),
      ],
    },
    {
      title: 'Transactions',
      panels: [
        lines({
          title: 'Transactions by how they ended',
          description:
            'Fenced: another process holds the partition now, which is harmless. Refused: a vote is being isolated. Failed: tried again without end.',
          unit: 'reqps',
          queries: [rateBy('result', 'suffrage_processor_commits_total')],
        }),
        lines({
          title: 'Share of transactions that committed',
          description: 'Of all that were tried. Below 1 for a moment when partitions move.',
          unit: 'percentunit',
          queries: [
            query(
              'committed',
              `sum(rate(suffrage_processor_commits_total{result="committed"}${RATE})) / sum(rate(suffrage_processor_commits_total${RATE}))`,
            ),
          ],
        }),
        lines({
          title: 'Time of a transaction',
          description: 'With all its statements and the commit.',
          unit: 's',
          queries: quantiles('suffrage_processor_commit_seconds', 0.5, 0.99),
        }),
        lines({
          title: 'Interruptions',
          description:
            'Times that a partition had to stop, seek or try again: fenced, gap, database restored, fault.',
          unit: 'reqps',
          queries: [rateOrNone('all', 'suffrage_processor_interruptions_total')],
        }),
      ],
    },
    {
      title: 'Connections',
      panels: [
        lines({
          title: 'Database connections',
          description: 'Busy ones of each pool, over all processes of a service.',
          unit: 'short',
          queries: [
            query(
              '{{service}} {{pool}}',
              'sum by (service, pool) (suffrage_database_connections{state="busy"})',
            ),
          ],
        }),
        lines({
          title: 'Waiting for a connection',
          description: 'More than 0 for long: the database is slow, or the pool too small.',
          unit: 'short',
          badFrom: 1,
          queries: [query('{{service}} {{pool}}', 'sum by (service, pool) (suffrage_database_waiting)')],
        }),
        lines({
          title: 'Hints of Redis',
          description:
            'Votes that Redis called counted: confirmed or refuted by the database. Refuted ones cost a query, nothing more.',
          unit: 'reqps',
          queries: [
            rateOrNone('confirmed', 'suffrage_processor_hints_total{result="confirmed"}'),
            rateOrNone('refuted', 'suffrage_processor_hints_total{result="refuted"}'),
          ],
        }),
        lines({
          title: 'Redis',
          description: '1 while a connection takes commands. Counting goes on without it.',
          unit: 'short',
          queries: [
            query('{{service}} {{connection}}', 'min by (service, connection) (suffrage_redis_ready)'),
          ],
        }),
      ],
    },
  ],
};
