/**
 * `node kafka-archive.ts FILE`, called by the set-up: runs a broker once and has the JVM write the classes it loaded into
 * FILE, from which later starts map them (1.1–1.5 s to the open port instead of 2.7–4.8 s).
 * Imports nothing from npm: at that moment of the set-up the packages may not be installed yet.
 */
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatNode, kafkaProcess, prepareNode } from './kafka-node.ts';
import { freePorts } from './ports.ts';
import { waitForPort } from './probe-port.ts';
import { startProcess, stopProcess } from './process.ts';

const archive = process.argv[2];
if (archive === undefined) throw new Error('usage: node kafka-archive.ts FILE');

const directory = await mkdtemp(join(dirname(archive), 'archive-'));
try {
  const [port = 0, controllerPort = 0] = await freePorts(2);
  const node = { id: 1, port, controllerPort, logDirectory: join(directory, 'log') };
  const partial = `${archive}.partial`;
  const logFile = join(directory, 'kafka.log');
  await prepareNode(node, [node], directory);
  await formatNode(node, directory, logFile);
  const spec = kafkaProcess(directory, logFile, 'fast-start', undefined);
  const broker = await startProcess(
    { ...spec, args: [`-XX:ArchiveClassesAtExit=${partial}`, ...spec.args] },
    'owner',
  );
  await waitForPort(port, broker, 60_000);
  // Writing the archive is part of the JVM's end and took 2–4 s.
  const outcome = await stopProcess(broker, 'SIGTERM', 60_000);
  if (outcome !== 'stopped') throw new Error(`the broker did not end in time (${outcome})`);
  await rename(partial, archive);
} finally {
  await rm(directory, { recursive: true, force: true });
}
