import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryDirectory } from '@suffrage/stack/paths';
import { table } from '@suffrage/stack/table';
import { parse } from 'yaml';
import { judgeDeprecated, readAudit } from './advisories.ts';
import { readBill } from './bill-of-materials.ts';
import { judgeLicences, type LicenceList, licenceList } from './licences.ts';
import { loadPolicy } from './policy.ts';

const usage = `What comes with a dependency, and what must not be in the repository.

  licences     the licence of everything that ships, against delivery/supply-chain/policy.json; writes out/licences.json
  advisories   known faults of high severity or worse, as the registry knows them; withdrawn packages
  secrets      anything in the repository that looks like a credential
  sbom         the workspace's bill of materials (CycloneDX) as out/sbom.cdx.json

  --require    advisories: fail where the registry keeps none (exit status 75 without)
`;

/** Exit status, which delivery/check.sh knows. */
const NOT_CHECKED = 75;
const OUT = join(repositoryDirectory, 'out');
/** Everything that reaches somebody: services, libraries, the page, and the tools of the operators' image. */
const SHIPPED = ['./libs/*', './services/*', './web', './tools/*'].flatMap(path => ['--filter', path]);

function licences(): number {
  const list = licenceList.parse(
    JSON.parse(pnpm([...SHIPPED, 'licenses', 'list', '--prod', '--json'])),
  ) satisfies LicenceList;
  mkdirSync(OUT, { recursive: true });
  writeFileSync(join(OUT, 'licences.json'), `${JSON.stringify(list, null, 2)}\n`);
  const rows = Object.entries(list)
    .map(([licence, packages]) => [licence, String(packages.length)])
    .toSorted((a, b) => Number(b[1]) - Number(a[1]));
  process.stdout.write(`${table([['licence', 'packages'], ...rows]).join('\n')}\n`);
  return report('licences that nobody has allowed', judgeLicences(list, loadPolicy()));
}

function advisories(isRequired: boolean): number {
  const lock: unknown = parse(readFileSync(join(repositoryDirectory, 'pnpm-lock.yaml'), 'utf8'));
  const withdrawn = report('withdrawn packages', judgeDeprecated(lock, loadPolicy()));
  const { stdout, stderr } = spawnSync('pnpm', ['audit', '--prod', '--audit-level', 'high', '--json'], {
    cwd: repositoryDirectory,
    encoding: 'utf8',
  });
  const answer = readAudit(`${stdout}\n${stderr}`);
  if (answer.kind === 'not kept') {
    process.stdout.write(
      `Advisories: NOT CHECKED. The registry keeps none (${answer.answer}); use one that does, such as npm's own.\n`,
    );
    return isRequired ? 1 : withdrawn || NOT_CHECKED;
  }
  return report('known faults of high severity or worse', answer.found) || withdrawn;
}

function secrets(): number {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: repositoryDirectory,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
  }).split('\0');
  const { status, stdout, stderr } = spawnSync(
    join(import.meta.dirname, '../node_modules/.bin/secretlint'),
    ['--no-glob', '--maskSecrets', '--secretlintrc', '.secretlintrc.json', ...files.filter(Boolean)],
    { cwd: repositoryDirectory, encoding: 'utf8', maxBuffer: 64 * 1024 ** 2 },
  );
  process.stdout.write(`${stdout}${stderr}`);
  if (status === 0) process.stdout.write(`No credential in ${files.length - 1} files.\n`);
  return status ?? 2;
}

function sbom(): number {
  const file = join(OUT, 'sbom.cdx.json');
  mkdirSync(OUT, { recursive: true });
  pnpm(['--recursive', 'sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--out', file]);
  const { components, specVersion } = readBill(readFileSync(file, 'utf8'));
  process.stdout.write(`${components.length} components, CycloneDX ${specVersion}: ${file}\n`);
  return 0;
}

function pnpm(args: readonly string[]): string {
  return execFileSync('pnpm', [...args], {
    cwd: repositoryDirectory,
    encoding: 'utf8',
    maxBuffer: 256 * 1024 ** 2,
  });
}

function report(what: string, lines: readonly string[]): number {
  process.stdout.write(
    lines.length === 0
      ? `No ${what}.\n`
      : `${lines.length} ${what}:\n${lines.map(line => `  ${line}\n`).join('')}`,
  );
  return lines.length === 0 ? 0 : 1;
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { require: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  });
  switch (values.help ? 'help' : positionals[0]) {
    case 'licences':
      return licences();
    case 'advisories':
      return advisories(values.require);
    case 'secrets':
      return secrets();
    case 'sbom':
      return sbom();
    case undefined:
    default:
      process.stdout.write(usage);
      return values.help ? 0 : 2;
  }
}

process.exitCode = main();
