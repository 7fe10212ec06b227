import { type Dashboard, lines, number, query } from './panel.ts';
import {
  acknowledgeTime,
  countedTime,
  lagSeconds,
  lost,
  outcomes,
  unaccounted,
  votesPerSecond,
} from './signals.ts';

export const electionNight: Dashboard = {
  uid: 'suffrage-election-night',
  title: 'Election night',
  description: 'One screen: is every vote accounted for, how fast, how far behind.',
  rows: [
    {
      title: 'Is every vote accounted for?',
      panels: [
        unaccounted,
        lost,
        number({
          title: 'Findings of the audit',
          description:
            'What the last audit found that does not balance; "-1" while no audit is scraped. Anything above 0 pages.',
          unit: 'short',
          badFrom: 1,
          queries: [query('findings', 'sum(suffrage_audit_findings) or vector(-1)')],
        }),
        number({
          title: 'Alerts that fire',
          description: 'Of all severities. Each has a runbook in docs/runbooks.',
          unit: 'short',
          badFrom: 1,
          queries: [query('alerts', 'count(ALERTS{alertstate="firing"}) or vector(0)')],
        }),
      ],
    },
    {
      title: 'How far behind?',
      panels: [
        lagSeconds,
        number({
          title: 'Records on the log',
          description: 'All that topic votes has had, over all elections that it keeps.',
          unit: 'short',
          queries: [query('records', 'sum(max by (partition) (suffrage_log_end_offset))')],
        }),
        number({
          title: 'Age of live results',
          description: 'Of the oldest that any replica shows. Above 30 s SnapshotStale fires.',
          unit: 's',
          badFrom: 30,
          queries: [query('age', 'max(suffrage_results_snapshot_age_seconds)')],
        }),
        number({
          title: 'Watching live results',
          description: 'Open streams and sockets.',
          unit: 'short',
          queries: [query('subscribers', 'sum(suffrage_results_subscribers)')],
        }),
      ],
    },
    { title: 'How fast?', panels: [votesPerSecond, outcomes, acknowledgeTime, countedTime] },
    {
      title: 'What is in the way?',
      panels: [
        lines({
          title: 'Votes that are on local disks only',
          description:
            'Kept by ingestion while the brokers confirm nothing: not acknowledged. Anything but 0 pages (LocalQueueInUse).',
          unit: 'short',
          badFrom: 1,
          queries: [query('{{instance}}', 'suffrage_ingestion_local_queue_held_votes')],
        }),
        lines({
          title: 'Opening and closing',
          description:
            'By how much the record of an opening or a closing, or the closing message, is overdue. ScheduleMissed pages.',
          unit: 's',
          badFrom: 30,
          queries: [
            query('record of the schedule', 'max(suffrage_registrar_schedule_overdue_seconds)'),
            query('closing message', 'max(suffrage_results_closing_overdue_seconds)'),
          ],
        }),
      ],
    },
  ],
};
