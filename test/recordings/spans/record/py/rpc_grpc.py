from concurrent import futures

import grpc
from common import run
from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient, GrpcInstrumentorServer

GrpcInstrumentorClient().instrument()
GrpcInstrumentorServer().instrument()


def fail(request, context):
    context.abort(grpc.StatusCode.PERMISSION_DENIED, "no")


handlers = {
    "Get": grpc.unary_unary_rpc_method_handler(lambda request, context: b"42"),
    "Refund": grpc.unary_unary_rpc_method_handler(lambda request, context: b"ok"),
    "Fail": grpc.unary_unary_rpc_method_handler(fail),
}
server = grpc.server(futures.ThreadPoolExecutor(max_workers=2))
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("acme.billing.v1.Invoices", handlers),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
channel = grpc.insecure_channel(f"localhost:{port}")
calls = [channel.unary_unary(f"/acme.billing.v1.Invoices/{name}") for name in handlers]
run(*(lambda call=call: call(b"x") for call in calls))
