import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '@suffrage/stack/paths';

/** `text`: its rule, help and recipe included, with the variables that it uses written out. */
export type Target = { readonly name: string; readonly text: string };
export type MakeCommand = { readonly targets: readonly string[]; readonly variables: readonly string[] };

/** Read by the set-up or by every service, so they can stand before any target. */
const EVERYWHERE = /^(SUFFRAGE_[A-Z_]+|JAVA_HOME|K6|PROMETHEUS_DIRECTORY)$/;

export function readTargets(
  makefile = readFileSync(join(repositoryDirectory, 'Makefile'), 'utf8'),
): Target[] {
  const joined = makefile.replaceAll(/\\\n\s*/g, ' ');
  const definitions = new Map(
    [...joined.matchAll(/^([A-Z_]+) [:?]?= ?(.*)$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  const rules = [...joined.matchAll(/^([a-z][a-z0-9-]*):(?!=)(.*(?:\n\t.*)*)/gm)];
  return rules.map(([, name = '', text = '']) => ({ name, text: expand(text, definitions) }));
}

function expand(text: string, definitions: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\(([A-Z_]+)\)/g, (whole, name: string) => {
    const value = definitions.get(name);
    return value === undefined ? whole : `${whole} ${expand(value, definitions)}`;
  });
}

/** `make site SITE_BASE=/x/`, variables before or after; `undefined` where `text` is no such command. */
export function parseMake(text: string): MakeCommand | undefined {
  const words: string[] = (text.split(';')[0] ?? '').trim().match(/(?:[^\s'"]|'[^']*'|"[^"]*")+/g) ?? [];
  const start = words.indexOf('make');
  if (start < 0 || words.slice(0, start).some(word => !/^[A-Z_0-9]+=/.test(word))) return undefined;
  const end = words.findIndex(word => /^[#·|&;<>]/.test(word) || word === '…');
  const given = words.slice(0, end < 0 ? undefined : end).filter((_, index) => index !== start);
  return {
    targets: given.filter(word => /^[a-z][a-z0-9-]*$/.test(word)),
    variables: given.flatMap(word => /^([A-Z_0-9]+)=/.exec(word)?.[1] ?? []),
  };
}

/** What the make commands of a Jenkinsfile, or of a part of it, call; the set-up, which comes before all else, left out. */
export function targetsOf(jenkins: string): string[] {
  const commands = [...jenkins.matchAll(/make [^'\n]+/g)].map(([text]) => parseMake(text));
  const names = commands.flatMap(command => command?.targets ?? []).filter(name => name !== 'setup');
  return [...new Set(names)].toSorted();
}

/** What is wrong with a command; nothing when make would take it and something would read each variable. */
export function judgeMake(command: MakeCommand, targets: readonly Target[]): string[] {
  const called = command.targets.map(name => ({ name, target: targets.find(each => each.name === name) }));
  const unknown = called.filter(({ target }) => !target).map(({ name }) => `there is no target ${name}`);
  if (unknown.length > 0) return unknown;
  return command.variables
    .filter(name => !EVERYWHERE.test(name))
    .filter(name => !called.some(({ target }) => new RegExp(`\\b${name}\\b`).test(target?.text ?? '')))
    .map(name => `${command.targets.join(' ')} does not read ${name}`);
}
