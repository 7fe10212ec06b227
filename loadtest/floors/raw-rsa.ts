import { Piscina } from 'piscina';

/** CPU microseconds of one raw private operation, while as many threads do nothing else. */
export type RawRsa = {
  readonly microsPerOperation: () => Promise<number>;
  readonly stop: () => Promise<void>;
};

const TASKS = 4;
const OPERATIONS = 250;

export async function startRawRsa(threads: number): Promise<RawRsa> {
  const pool = new Piscina<number, void>({
    filename: new URL('raw-rsa-worker.ts', import.meta.url).href,
    name: 'signRaw',
    minThreads: threads,
    maxThreads: threads,
  });
  const run = (operations: number) =>
    Promise.all(Array.from({ length: TASKS * threads }, () => pool.run(operations)));
  await run(50);
  return {
    async microsPerOperation() {
      const before = process.cpuUsage();
      await run(OPERATIONS);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / (TASKS * threads * OPERATIONS);
    },
    stop: () => pool.destroy(),
  };
}
