import type { Package } from './packages.ts';

/**
 * What is in an image, as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/): the packages that the bundler has put in,
 * not those that could have been. Without a time or a serial number, which would differ each time. The base image's own
 * packages are not in it: a scanner finds those.
 */
export function billOfMaterials(image: string, packages: readonly Package[]): string {
  const bill = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': `suffrage-${image}`, name: `suffrage-${image}` },
    },
    components: packages.map(component),
    dependencies: [{ ref: `suffrage-${image}`, dependsOn: packages.map(packageUrl) }],
  };
  return `${JSON.stringify(bill, undefined, 2)}\n`;
}

function component(one: Package) {
  const purl = packageUrl(one);
  const licence = one.licence === undefined ? {} : { licenses: [{ expression: one.licence }] };
  return { type: 'library', 'bom-ref': purl, name: one.name, version: one.version, ...licence, purl };
}

/** https://github.com/package-url/purl-spec: the at sign of a scope is escaped. */
function packageUrl({ name, version }: Package): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}
