"""Prints the signature that a request to AWS must carry, as AWS's own library for Python (botocore, of its command line) finds it.

Standard input: JSON with method, url, headers (the signed ones alone), region, accessKeyId, secretAccessKey, sessionToken.
"""

import json
import sys
from urllib.parse import unquote, urlsplit

from awscli.botocore.auth import SigV4Auth
from awscli.botocore.awsrequest import AWSRequest
from awscli.botocore.credentials import Credentials

given = json.load(sys.stdin)
url = urlsplit(given["url"])
# As AWS reads it: a plus is a plus.
params = [[unquote(part) for part in pair.split("=", 1)] for pair in url.query.split("&")]
request = AWSRequest(
    method=given["method"],
    url=f"{url.scheme}://{url.netloc}{url.path}",
    params=dict(params),
    headers=given["headers"],
)
request.context["timestamp"] = given["headers"]["x-amz-date"]
credentials = Credentials(given["accessKeyId"], given["secretAccessKey"], given["sessionToken"])
signer = SigV4Auth(credentials, "aps", given["region"])
print(signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request))
