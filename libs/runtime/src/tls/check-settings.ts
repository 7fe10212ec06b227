import { readTls } from './read-tls.ts';

/** Settings that are wrong together, or whose files can't be used. */
export type WrongSetting = { readonly name: string; readonly message: string };

const GROUPS = ['SUFFRAGE_TLS', 'SUFFRAGE_PEER', 'SUFFRAGE_KAFKA', 'SUFFRAGE_DATABASE', 'SUFFRAGE_REDIS'];

/** Looks at all settings of certificates among those of a process. */
export function findWrongTls(settings: Readonly<Record<string, unknown>>): WrongSetting[] {
  return GROUPS.flatMap(group => findWrongGroup(group, settings));
}

function findWrongGroup(group: string, settings: Readonly<Record<string, unknown>>): WrongSetting[] {
  const names = {
    ca: group === 'SUFFRAGE_TLS' ? `${group}_CLIENT_CA_FILE` : `${group}_CA_FILE`,
    certificate: `${group}_CERTIFICATE_FILE`,
    key: `${group}_KEY_FILE`,
  };
  const files = {
    ca: pathOf(settings[names.ca]),
    certificate: pathOf(settings[names.certificate]),
    key: pathOf(settings[names.key]),
  };
  if (files.certificate !== undefined && files.key === undefined)
    return [{ name: names.key, message: `is missing beside ${names.certificate}` }];
  if (files.certificate === undefined && files.key !== undefined)
    return [{ name: names.certificate, message: `is missing beside ${names.key}` }];
  if (group === 'SUFFRAGE_TLS' && files.ca !== undefined && files.certificate === undefined)
    return [{ name: names.certificate, message: `is missing beside ${names.ca}` }];
  const read = readTls(files);
  return read.ok ? [] : [{ name: names[read.file], message: read.message }];
}

function pathOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
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
