"""Servers for the instrumented clients to talk to. Only the far side is made up: client and instrumentation are real."""

import json
import re
import socketserver
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import bson


def serve(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Web(BaseHTTPRequestHandler):
    """A web server; under /v1 it answers like the HTTP APIs of OpenAI and Anthropic."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        path = self.path.split("?")[0]
        asked = json.loads(body) if body[:1] == b"{" else {}
        answer = {
            "/v1/chat/completions": chat,
            "/v1/responses": responses,
            "/v1/embeddings": embeddings,
            "/v1/messages": messages,
        }.get(path)
        if asked.get("model") == "gpt-none":
            self.say(404, {"error": {"message": "no such model", "type": "invalid_request_error", "code": "model_not_found"}})
        elif answer is not None:
            self.say(200, answer(asked), asked.get("stream", False) and path.endswith("completions"))
        else:
            code = re.search(r"/status/(\d+)", path)
            self.say(int(code.group(1)) if code else 200, {"ok": True, "data": {"data": {"user": "app"}}})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

    def say(self, status, answer, stream=False):
        text = json.dumps(answer).encode()
        if stream:
            text = b"".join(b"data: " + json.dumps(part).encode() + b"\n\n" for part in chunks(answer)) + b"data: [DONE]\n\n"
        self.send_response(status)
        self.send_header("content-type", "text/event-stream" if stream else "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)


def wanted_tool(asked):
    """The first tool on offer, as long as none was called."""
    turns = asked.get("messages") or asked.get("input") or []
    done = any("tool_result" in json.dumps(one) or one.get("role") == "tool" or one.get("type") == "function_call_output" for one in turns if isinstance(one, dict))
    tools = asked.get("tools") or []
    if done or not tools:
        return None
    return tools[0].get("function", tools[0])["name"]


arguments = '{"city": "Bern"}'


def chat(asked):
    name = wanted_tool(asked)
    message = {"role": "assistant", "content": None if name else "Sunny."}
    if name:
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments}}]
    usage = {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if name else "stop"}
    return {"id": "chatcmpl-1", "object": "chat.completion", "created": 1767225600, "model": asked["model"] + "-2024-07-18", "choices": [choice], "usage": usage}


def chunks(answer):
    base = {key: answer[key] for key in ("id", "created", "model")} | {"object": "chat.completion.chunk"}
    yield base | {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "Sunny."}, "finish_reason": None}]}
    yield base | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": answer["usage"]}


def responses(asked):
    name = wanted_tool(asked)
    text = {"type": "output_text", "text": "Sunny.", "annotations": []}
    output = {"type": "message", "id": "msg_1", "role": "assistant", "status": "completed", "content": [text]}
    if name:
        output = {"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": name, "arguments": arguments, "status": "completed"}
    details = {"input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}}
    usage = {"input_tokens": 12, "output_tokens": 3, "total_tokens": 15} | details
    return {
        "id": "resp_1", "object": "response", "created_at": 1767225600, "status": "completed", "model": asked["model"], "output": [output],
        "parallel_tool_calls": False, "tool_choice": "auto", "tools": asked.get("tools") or [], "usage": usage, "error": None,
        "incomplete_details": None, "instructions": None, "metadata": {}, "temperature": 1, "top_p": 1,
    }


def embeddings(asked):
    vector = {"object": "embedding", "index": 0, "embedding": [0.1, 0.2]}
    return {"object": "list", "model": asked["model"], "data": [vector], "usage": {"prompt_tokens": 2, "total_tokens": 2}}


def messages(asked):
    name = wanted_tool(asked)
    block = {"type": "tool_use", "id": "toolu_1", "name": name, "input": {"city": "Bern"}} if name else {"type": "text", "text": "Sunny."}
    usage = {"input_tokens": 12, "output_tokens": 3}
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": asked["model"], "content": [block], "stop_reason": "end_turn", "stop_sequence": None, "usage": usage}


class Mongo(socketserver.StreamRequestHandler):
    """Answers every MongoDB command with a success that suits most of them."""

    def handle(self):
        while head := self.rfile.read(16):
            length, request, _, code = struct.unpack("<iiii", head)
            body = self.rfile.read(length - 16)
            if code == 2013:
                flags = struct.unpack("<I", body[:4])[0]
                size = struct.unpack("<i", body[5:9])[0]
                asked = bson.decode(body[5 : 5 + size])
                if flags & 2:
                    continue
                self.send(2013, request, struct.pack("<IB", 0, 0) + bson.encode(self.answer(asked)))
            elif code == 2004:
                answer = bson.encode(self.answer({"hello": 1}))
                self.send(1, request, struct.pack("<iqii", 8, 0, 0, 1) + answer)

    def send(self, code, request, body):
        self.wfile.write(struct.pack("<iiii", len(body) + 16, 1, request, code) + body)

    def answer(self, asked):
        name = next(iter(asked))
        if name.lower() in ("hello", "ismaster"):
            limits = {"maxBsonObjectSize": 16777216, "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000}
            return {"ok": 1, "helloOk": True, "ismaster": True, "isWritablePrimary": True, "minWireVersion": 0, "maxWireVersion": 21} | limits
        if asked.get(name) == "missing":
            return {"ok": 0, "errmsg": "not authorized", "code": 13, "codeName": "Unauthorized"}
        if name in ("find", "aggregate", "listCollections"):
            space = f"{asked['$db']}.{asked[name]}"
            return {"ok": 1, "cursor": {"id": bson.Int64(0), "ns": space, "firstBatch": [{"_id": 1, "n": 1}]}}
        return {"ok": 1, "n": 1, "nModified": 1, "value": None, "values": []}


class Threaded(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def start():
    """Environment variables by which the programs find the servers."""
    from fakeredis import TcpFakeServer
    from moto.server import ThreadedMotoServer

    redis = TcpFakeServer(("127.0.0.1", 0))
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    web = serve(ThreadingHTTPServer(("127.0.0.1", 0), Web))
    _, moto_port = moto.get_host_and_port()
    return {
        "WEB": f"http://localhost:{web}",
        "OPENAI_BASE_URL": f"http://localhost:{web}/v1",
        "OPENAI_API_KEY": "none",
        "ANTHROPIC_BASE_URL": f"http://localhost:{web}",
        "ANTHROPIC_API_KEY": "none",
        "MONGO": f"mongodb://127.0.0.1:{serve(Threaded(('127.0.0.1', 0), Mongo))}",
        "REDIS_PORT": str(serve(redis)),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{moto_port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "eu-central-1",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }
