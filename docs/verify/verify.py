#!/usr/bin/env python3
"""Recounts an exported election and verifies all of it. Uses nothing of Suffrage's own code.

    pip install cryptography
    python3 verify.py DIRECTORY          # holds definition.json, results.json, votes.ndjson

Checks the signature of the results; of every vote that its ID is the hash of its choice and that the registrar has
signed that ID; that no vote is there twice; and that the sums are those of the results. Exit status 1 where it is not so.
It believes definition.json: compare the printed hash with one that you have from elsewhere (the zero report has it).
"""
import base64, collections, hashlib, json, pathlib, struct, sys
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

faults = []
sha = lambda data: hashlib.sha256(data).digest()
unbase = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
base = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
canonical = lambda value: json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
prefixed = lambda data: struct.pack(">H", len(data)) + data
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)  # RFC 9578, section 6


def once_each(members):
    """A member that is there twice reads one way here and another way elsewhere."""
    if len(dict(members)) != len(members):
        raise ValueError("a member is there twice")
    return dict(members)


def published(keys):
    """Public keys by id; an id must be the hash of its key."""
    found = {}
    for key in keys:
        if base(sha(unbase(key["publicKey"]))) == key["keyId"]:
            found[key["keyId"]] = serialization.load_der_public_key(unbase(key["publicKey"]))
    return found


def signed(key, signature, message, *how):
    try:
        key.verify(signature, message, *how)
        return True
    except (InvalidSignature, AttributeError):  # AttributeError: there is no such key
        return False


directory = pathlib.Path(sys.argv[1] if len(sys.argv) == 2 and sys.argv[1] != "--help" else sys.exit(__doc__))
read = lambda text: json.loads(text, object_pairs_hook=once_each)
definition, results = (read((directory / name).read_text(encoding="utf-8")) for name in ("definition.json", "results.json"))
election, secret = definition["id"].encode(), definition["mode"] == "secret"
ballot_hash = sha(canonical({"contests": definition["contests"], "electionId": definition["id"]}))
definition_hash = base(sha(canonical({k: v for k, v in definition.items() if k != "closesAt"})))

unsigned = {k: v for k, v in results.items() if k != "signature"}
results_key = published(definition["resultsKeys"]).get(results["resultsKeyId"])
if results["kind"] != "results" or not signed(results_key, unbase(results["signature"]), b"suffrage/results/v1" + canonical(unsigned)):
    faults.append("the results are not signed with a key of this election")
for name, value in [("electionId", definition["id"]), ("ballotHash", base(ballot_hash)), ("definitionHash", definition_hash)]:
    if results[name] != value:
        faults.append(f"the results are of another {name}")

token_keys = published(definition["tokenKeys"])
context = sha(b"suffrage/election/v1" + election)  # RFC 9577, section 2.1
challenge = sha(b"\0\2" + prefixed(definition["issuerName"].encode()) + b"\x20" + context + b"\0\0")
totals, blank, seen, votes = collections.Counter(), collections.Counter(), set(), 0


def check(vote):
    """What is wrong with a vote, if anything; else it is counted."""
    marks, encoded = [], b""
    for contest in definition["contests"]:
        options = [option["id"] for option in contest["options"]]
        chosen = vote["selections"][contest["id"]]
        least, most = contest["minSelections"], contest["maxSelections"]
        if set(chosen) & {option["id"] for option in contest["options"] if option.get("exclusive")}:
            least, most = 1, 1  # marked alone, and a whole answer
        if not set(chosen) <= set(options) or len(set(chosen)) != len(chosen) or not least <= len(chosen) <= most:
            return "marks what the ballot does not allow"
        indexes = sorted(map(options.index, chosen))
        encoded += struct.pack(f">H{len(indexes)}H", len(indexes), *indexes)
        marks += [(contest["id"], option) for option in chosen] or [(contest["id"], None)]
    vote_id, salt, key_id = (unbase(vote[name]) for name in ("voteId", "salt", "tokenKeyId"))
    if len(salt) != 32 or sha(b"suffrage/vote/v1" + ballot_hash + salt + encoded) != vote_id:
        return "its ID is not the hash of its choice"
    if secret:
        once, how, message = vote_id, (PSS, hashes.SHA384()), b"\0\2" + vote_id + challenge + key_id
    else:
        once, how = unbase(vote["voterReference"]), ()
        message = b"suffrage/token/v1" + prefixed(election) + once + struct.pack(">I", vote["revision"]) + vote_id
    if not signed(token_keys.get(vote["tokenKeyId"]), unbase(vote["token"]), message, *how):
        return "the registrar has not signed it"
    if once in seen or len(once) != 32:
        return "it is there twice"
    seen.add(once)
    totals.update(mark for mark in marks if mark[1] is not None)
    blank.update(contest for contest, option in marks if option is None)
    return None


with open(directory / "votes.ndjson", encoding="utf-8") as lines:
    for number, line in enumerate(lines, 1):
        fault = check(read(line))
        votes += 1
        if fault:
            faults.append(f"line {number}: {fault}")
if results["issued"] and results["issued"]["issued"] < votes:
    faults.append(f"there are {votes} votes, and {results['issued']['issued']} tokens were given")
if votes != results["counted"]:
    faults.append(f"the results say {results['counted']} votes, there are {votes}")
for contest, stated in zip(definition["contests"], results["contests"], strict=True):
    own = [{"id": option["id"], "votes": totals[contest["id"], option["id"]]} for option in contest["options"]]
    undervotes = votes * contest["maxSelections"] - sum(option["votes"] for option in own)
    if stated != {"id": contest["id"], "options": own, "undervotes": undervotes, "blank": blank[contest["id"]]}:
        faults.append(f"contest {contest['id']}: the votes say {own}, undervotes {undervotes}, blank {blank[contest['id']]}")

print(f"definition {definition_hash}\n{votes} votes recounted, {len(faults)} faults")
sys.exit("\n".join(faults[:20]) if faults else 0)
