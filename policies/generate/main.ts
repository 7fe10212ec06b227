import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gatekeeperCopy } from './gatekeeper.ts';
import { POLICIES, readSingleObjectRules } from './rules.ts';
import { requiredTopicSettings } from './topic-settings.ts';

/** `make policies-generate`: writes what is made of other files: the topics' settings, and the copies for Gatekeeper. */
const HELP = `Writes policies/kubernetes/each/required_topic_settings.rego and policies/gatekeeper from the other policies.

  make policies-generate
`;

function generate(): void {
  writeFileSync(join(POLICIES, 'kubernetes/each/required_topic_settings.rego'), requiredTopicSettings());
  const directory = join(POLICIES, 'gatekeeper');
  mkdirSync(directory, { recursive: true });
  for (const file of readdirSync(directory)) if (file.endsWith('.yaml')) rmSync(join(directory, file));
  const all = readSingleObjectRules();
  for (const rule of all.filter(({ refusals }) => refusals > 0)) {
    writeFileSync(join(directory, `${rule.name.replaceAll('_', '-')}.yaml`), gatekeeperCopy(rule, all));
  }
}

if (process.argv.includes('--help') || process.argv.includes('-h')) process.stdout.write(HELP);
else generate();
