/**
 * Tokens of Amazon MSK's access control by IAM, for SASL/OAUTHBEARER: a signed URL, good for 15 minutes, made with the
 * credentials that AWS's own rules find (environment, web identity, container, instance).
 * @throws Error when the region is not known.
 */
export function mskToken({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv): () => Promise<string> {
  const region = AWS_REGION ?? AWS_DEFAULT_REGION;
  if (region === undefined || region === '')
    throw new Error('SUFFRAGE_KAFKA_SASL=aws-msk-iam needs AWS_REGION');
  return async () => {
    // Loaded where it is used only: it brings AWS's clients with it.
    const { generateAuthToken } = await import('aws-msk-iam-sasl-signer-js');
    const { token } = await generateAuthToken({ region });
    return token;
  };
}
