"""A stock gRPC client in another language: generates its code from the project's protocol files and casts votes.

Reads one JSON document from standard input:
  protos     directory of the protocol files
  ingestion  host:port of VoteService, which describes itself (server reflection)
  votes      list of CastVoteRequest in protobuf's JSON form
and prints one: for each way of casting, what each vote was answered with, in order.
"""

import json
import sys
import tempfile
from pathlib import Path

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_tools import protoc

TIMEOUT_SECONDS = 20
SERVICE = "suffrage.v1.VoteService"


def generate(protos: str, out: str) -> None:
    files = [str(path) for path in Path(protos).rglob("*.proto")]
    status = protoc.main(["protoc", f"--proto_path={protos}", f"--python_out={out}", f"--grpc_python_out={out}", *files])
    if status != 0:
        raise SystemExit("the protocol files could not be compiled")
    sys.path.insert(0, out)


def name_refusal(status: int, code: str, field: str) -> str:
    return f"{status} {code} {field}"


def name_error(error: grpc.RpcError) -> str:
    metadata = dict(error.trailing_metadata() or ())
    return name_refusal(error.code().value[0], metadata.get("suffrage-code", ""), metadata.get("suffrage-field", ""))


def name_result(result) -> str:
    if result.HasField("refusal"):
        return name_refusal(result.refusal.status, result.refusal.code, result.refusal.field)
    return f"accepted {result.receipt.vote_id.hex()}"


def cast_alone(stub, votes):
    for vote in votes:
        try:
            yield f"accepted {stub.CastVote(vote, timeout=TIMEOUT_SECONDS).receipt.vote_id.hex()}"
        except grpc.RpcError as error:
            yield name_error(error)


def cast_by_reflection(channel, votes) -> dict:
    """What grpcurl does: no file, everything about the service comes from the service."""
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = descriptor_pool.DescriptorPool(database)
    method = pool.FindServiceByName(SERVICE).methods_by_name["CastVotes"]
    request = message_factory.GetMessageClass(method.input_type)
    response = message_factory.GetMessageClass(method.output_type)
    call = channel.unary_unary(
        f"/{SERVICE}/CastVotes",
        request_serializer=lambda message: message.SerializeToString(),
        response_deserializer=response.FromString,
    )
    answer = call(json_format.ParseDict({"votes": votes}, request()), timeout=TIMEOUT_SECONDS)
    return {"services": list(database.get_services()), "results": [name_result(result) for result in answer.results]}


def main() -> None:
    given = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as out:
        generate(given["protos"], out)
        from suffrage.v1 import vote_service_pb2 as messages
        from suffrage.v1 import vote_service_pb2_grpc as services

        votes = [json_format.ParseDict(vote, messages.CastVoteRequest()) for vote in given["votes"]]
        with grpc.insecure_channel(given["ingestion"]) as channel:
            stub = services.VoteServiceStub(channel)
            many = stub.CastVotes(messages.CastVotesRequest(votes=votes), timeout=TIMEOUT_SECONDS)
            requests = (messages.CastVoteStreamRequest(vote=vote) for vote in votes)
            stream = stub.CastVoteStream(requests, timeout=TIMEOUT_SECONDS)
            answers = {
                "alone": list(cast_alone(stub, votes)),
                "many": [name_result(result) for result in many.results],
                "stream": [name_result(response.result) for response in stream],
                "reflection": cast_by_reflection(channel, given["votes"]),
            }
    json.dump(answers, sys.stdout)


main()
