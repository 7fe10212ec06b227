import { stop } from './global-setup.ts';

/** Everything is stopped, and what was written is searched, whatever fails of it. */
export default async function stopServers(): Promise<void> {
  const failures: unknown[] = [];
  for (const each of stop.toReversed()) await each().catch(error => void failures.push(error));
  if (failures.length > 0) throw failures[0];
}
