import { join } from 'node:path';
import { saveFigures } from './figures.ts';
import { holdEdinburgh } from './hold-edinburgh.ts';
import { isUp, openLocalStack, stackCommand } from './local-stack.ts';

const ROOT = join(import.meta.dirname, '../../..');

const HELP = `make demo

Starts the local stack, holds the election of Edinburgh 2022, ward 16, again with its 12,433 real ballots, checks the
count against the ballots, audits the log, and leaves the stack and its page running.

  DEMO_STAY=0       stop the stack at the end
  SUFFRAGE_DATA=DIR keep the stack's data there (default .data/local)

Exit status 1 when anything does not balance.`;

const say = (line: string) => process.stdout.write(`${line}\n`);

async function demo(): Promise<boolean> {
  const dataDirectory = process.env.SUFFRAGE_DATA ?? join(ROOT, '.data/local');
  if (!isUp(dataDirectory)) stopOnInterrupt();
  stackCommand('up');
  const stack = openLocalStack(dataDirectory);
  const { ok, electionId, figures } = await holdEdinburgh(
    stack,
    join(ROOT, 'examples/edinburgh-2022-ward-16.csv'),
  );
  saveFigures(join(ROOT, 'out/demo.json'), figures);
  if (process.env.DEMO_STAY === '0') stackCommand('down');
  else {
    say(`The stack is still up: ${stack.pageUrl}/elections/${electionId} (make down stops it)`);
    say(`Hold an election yourself: ${stack.pageUrl}/manage, with the token ${stack.managerToken}`);
  }
  say(ok ? 'Everything balances.' : 'Something does not balance: see the lines marked with ✗.');
  return ok;
}

/** Ctrl-C leaves no process behind that this demonstration has started. */
function stopOnInterrupt(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stackCommand('down');
      process.exit(130);
    });
  }
}

if (process.argv.includes('--help')) {
  say(HELP);
} else {
  process.exitCode = await demo().then(
    ok => (ok ? 0 : 1),
    (error: unknown) => {
      process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
      return 1;
    },
  );
}
