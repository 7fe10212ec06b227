import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// To compile the sources and to take their types out is a third of the start of each thread; this keeps the outcome,
// where nobody else can write. Threads are told by the environment. So everything else is loaded after it.
const { directory } = enableCompileCache(join(import.meta.dirname, '../node_modules/.cache'));
if (directory !== undefined) process.env.NODE_COMPILE_CACHE = directory;
const { runCommand } = await import('./run-command.ts');

// Not process.exit: what is written to a pipe must arrive. Nothing is open any more that would keep the process.
process.exitCode = await runCommand();
