/** The predicate of SLSA provenance 1.0 (https://slsa.dev/spec/v1.0/provenance): what was built, from what, by whom. */
export function provenance(built: {
  readonly commit: string;
  readonly builder: string;
  /** Its name, a target of the Dockerfile. */
  readonly image: string;
}): object {
  return {
    buildDefinition: {
      buildType: 'urn:suffrage:make-images:1',
      externalParameters: { target: 'images', image: built.image },
      resolvedDependencies: [{ uri: 'git+suffrage', digest: { gitCommit: built.commit } }],
    },
    runDetails: { builder: { id: built.builder } },
  };
}
