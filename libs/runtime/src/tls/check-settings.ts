import { readTls } from './read-tls.ts';
import { filesOf, namesOf, TLS_GROUPS, type TlsGroup } from './settings.ts';

/** Settings that are wrong together, or whose files can't be used. */
export type WrongSetting = { readonly name: string; readonly message: string };

/** Looks at all settings of certificates among those of a process. */
export function findWrongTls(settings: Readonly<Record<string, unknown>>): WrongSetting[] {
  return TLS_GROUPS.flatMap(group => findWrongGroup(group, settings));
}

function findWrongGroup(group: TlsGroup, settings: Readonly<Record<string, unknown>>): WrongSetting[] {
  const names = namesOf(group);
  const files = filesOf(group, settings);
  if (files.certificate !== undefined && files.key === undefined)
    return [{ name: names.key, message: `is missing beside ${names.certificate}` }];
  if (files.certificate === undefined && files.key !== undefined)
    return [{ name: names.certificate, message: `is missing beside ${names.key}` }];
  if (group === 'SUFFRAGE_TLS' && files.ca !== undefined && files.certificate === undefined)
    return [{ name: names.certificate, message: `is missing beside ${names.ca}` }];
  const read = readTls(files);
  return read.ok ? [] : [{ name: names[read.file], message: read.message }];
}

/** What the way of telling the brokers who we are lacks. */
export function findWrongSasl(settings: Readonly<Record<string, unknown>>): WrongSetting[] {
  const sasl = settings.SUFFRAGE_KAFKA_SASL;
  const needed: readonly string[] =
    sasl === 'scram-sha-512'
      ? ['SUFFRAGE_KAFKA_USERNAME', 'SUFFRAGE_KAFKA_PASSWORD_FILE']
      : sasl === 'oauthbearer'
        ? ['SUFFRAGE_KAFKA_PASSWORD_FILE']
        : [];
  return needed
    .filter(name => settings[name] === undefined)
    .map(name => ({ name, message: `is missing for SUFFRAGE_KAFKA_SASL=${String(sasl)}` }));
}
