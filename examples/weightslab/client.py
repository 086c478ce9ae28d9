"""A Python client of the interface, with stubs of its own.

    python client.py ADDRESS < calls.json > replies.json

calls.json: a list of {"method": …, "request": {…}}, made one after the other as x-user ann; the
reply of each is a list of messages (more than one for a stream) and the name of the gRPC status.
The stubs experiment_service_pb2 and experiment_service_pb2_grpc must be on PYTHONPATH.
"""

import json
import sys

import experiment_service_pb2 as messages
import experiment_service_pb2_grpc as stubs
import grpc
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message_factory import GetMessageClass

METADATA = (("x-user", "ann"),)


def call(stub, method, request):
    descriptor = messages.DESCRIPTOR.services_by_name["ExperimentService"].methods_by_name[method]
    message = ParseDict(request, GetMessageClass(descriptor.input_type)())
    try:
        reply = getattr(stub, method)(message, metadata=METADATA, timeout=30)
        replies = list(reply) if descriptor.server_streaming else [reply]
    except grpc.RpcError as error:
        return {"status": error.code().name, "messages": []}
    plain = [MessageToDict(each, preserving_proto_field_name=True) for each in replies]
    return {"status": "OK", "messages": plain}


def main():
    with grpc.insecure_channel(sys.argv[1]) as channel:
        stub = stubs.ExperimentServiceStub(channel)
        calls = json.load(sys.stdin)
        json.dump([call(stub, each["method"], each["request"]) for each in calls], sys.stdout)


main()
