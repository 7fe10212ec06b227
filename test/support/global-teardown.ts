import { stop } from './global-setup.ts';

export default async function stopServers(): Promise<void> {
  for (const each of stop.toReversed()) await each();
}
