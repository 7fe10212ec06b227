import { type Dashboard, lines, number, query, RATE } from './panel.ts';
import { lagSeconds, lost, unaccounted } from './signals.ts';

export const logAndLag: Dashboard = {
  uid: 'suffrage-log-and-lag',
  title: 'Log and lag',
  description: 'Topic votes, partition by partition, and how far behind the count is.',
  rows: [
    {
      title: 'Lag',
      panels: [
        unaccounted,
        lagSeconds,
        lost,
        number({
          title: 'Positions were read',
          description:
            'How long ago an aggregator compared log and databases: older than a minute pages (LogWatchBlind).',
          unit: 's',
          badFrom: 60,
          queries: [query('age', 'min(suffrage_log_watch_age_seconds)')],
        }),
        lines({
          title: 'Lag by partition, in records',
          description:
            'One partition that stays behind has a stuck processor; all of them, too few processors.',
          unit: 'short',
          queries: [query('{{partition}}', 'max by (partition) (suffrage_log_lag_records)')],
        }),
        lines({
          title: 'Lag by partition, in seconds',
          description: 'For how long the oldest record without an outcome has been seen on the log.',
          unit: 's',
          badFrom: 10,
          queries: [query('{{partition}}', 'max by (partition) (suffrage_log_lag_seconds)')],
        }),
      ],
    },
    {
      title: 'Log',
      panels: [
        lines({
          title: 'Records appended by partition',
          description: 'Lanes change their partition every half second, so that all get about the same.',
          unit: 'reqps',
          queries: [query('{{partition}}', `max by (partition) (rate(suffrage_log_end_offset${RATE}))`)],
        }),
        lines({
          title: 'Partitions that are not as they should be',
          description:
            'Under-replicated: a broker is away or behind. Below minimum in sync: it takes no votes (BelowMinimumInSync). Leaderless: nobody leads it.',
          unit: 'short',
          badFrom: 1,
          queries: [
            query('{{state}}', 'max by (state) (suffrage_log_partitions{state!="all"})'),
            query('leaderless', 'max(suffrage_ingestion_partitions{state="leaderless"})'),
          ],
        }),
      ],
    },
  ],
};
