"""What is around the agents, on one port: a model that answers as OpenAI's API does and needs no account, and a bank.

The model asks for each tool that it is offered, once, and then says that it is done. The bank takes everything.
"""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def next_answer(request: dict) -> dict:
    done = sum(message["role"] == "tool" for message in request["messages"])
    if done == len(request["tools"]):
        return {"role": "assistant", "content": "Order 7 is refunded."}
    function = {"name": request["tools"][done]["function"]["name"], "arguments": '{"order": 7}'}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": f"call-{done}", "type": "function", "function": function}]}


class World(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        message = next_answer(request)
        why = "tool_calls" if "tool_calls" in message else "stop"
        body = {
            "id": "answer",
            "object": "chat.completion",
            "created": 0,
            "model": request["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": why}],
            "usage": {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18},
        }
        self.answer(body)

    def do_PUT(self) -> None:
        self.answer({"paid": True})

    def answer(self, body: dict) -> None:
        encoded = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(encoded)))
        self.end_headers()
        self.wfile.write(encoded)

    def log_message(self, *_) -> None:
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), World)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
