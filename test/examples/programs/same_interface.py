"""Whether two .proto files declare the same: prints the number of methods, fails where they differ."""

import sys
import tempfile
from pathlib import Path

from google.protobuf import descriptor_pb2
from grpc_tools import protoc


def parts(path):
    folder, name = str(Path(path).parent), Path(path).name
    with tempfile.TemporaryDirectory() as out:
        if protoc.main(["protoc", f"-I{folder}", f"-o{out}/set", name]) != 0:
            sys.exit(1)
        data = Path(out, "set").read_bytes()
    (file,) = descriptor_pb2.FileDescriptorSet.FromString(data).file
    declared = [*file.service, *file.message_type, *file.enum_type]
    return file.package, {each.name: each.SerializeToString(deterministic=True) for each in declared}


ours, theirs = parts(sys.argv[1]), parts(sys.argv[2])
differing = sorted(
    name for name in {*ours[1], *theirs[1]} if ours[1].get(name) != theirs[1].get(name)
)
if ours[0] != theirs[0] or differing:
    sys.exit(f"differ: {differing}")
print(len(descriptor_pb2.ServiceDescriptorProto.FromString(ours[1]["ExperimentService"]).method))
