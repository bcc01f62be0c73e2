"""Runs the programs under js/ and py/ one by one and writes the spans that their exporters send. See README.md."""

import base64
import gzip
import importlib.metadata
import json
import os
import pathlib
import re
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import fakes
from google.protobuf.json_format import MessageToDict
from libraries import libraries
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

here = pathlib.Path(__file__).parent
out = here.parent
work = pathlib.Path(os.environ["RECORD_NODE"])
received = []

# What tells of the machine or the person who recorded.
machine = ("host.", "os.", "process.", "container.", "thread.", "code.", "exception.stacktrace", "user_agent.original", "http.user_agent", "telemetry.auto")


class Receiver(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if "content-length" in self.headers:
            return self.rfile.read(int(self.headers["content-length"]))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def do_POST(self):
        body = self.body()
        if "json" in self.headers["content-type"]:
            received.extend(json.loads(body)["resourceSpans"])
        elif "/v1/traces" in self.path:
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            received.extend(from_protobuf(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()


def from_protobuf(body):
    """OTLP JSON is the JSON of protobuf but for ids, which are hex."""
    request = MessageToDict(ExportTraceServiceRequest.FromString(body), use_integers_for_enums=True)
    for spans in (scope["spans"] for one in request["resourceSpans"] for scope in one["scopeSpans"]):
        for span in spans:
            for holder in (span, *span.get("links", [])):
                for name in ("traceId", "spanId", "parentSpanId"):
                    if name in holder:
                        holder[name] = base64.b64decode(holder[name]).hex()
    return request["resourceSpans"]


def trimmed(spans):
    """Without what tells of the machine, and without events, which nobody attributes by."""

    def keep(holder):
        pairs = [one for one in holder.get("attributes", []) if not one["key"].startswith(machine)]
        return holder | {"attributes": pairs} if "attributes" in holder else holder

    def span_of(span):
        gone = ("events", "links", "droppedAttributesCount", "droppedEventsCount", "droppedLinksCount", "flags", "traceState")
        return keep({key: value for key, value in span.items() if key not in gone})

    return [
        {
            "resource": keep(one["resource"]),
            "scopeSpans": [{"scope": scope.get("scope", {}), "spans": [span_of(span) for span in scope["spans"]]} for scope in one["scopeSpans"]],
        }
        for one in spans
    ]


# Folders in stack traces that are part of what a span says.
folders = re.compile(r"(?:file://)?/(?:[\w.@+-]+/)*(?:site-packages|node_modules|record|python3\.\d+)/")


def lines(spans):
    return ",\n".join(folders.sub("", json.dumps(one, ensure_ascii=False, separators=(",", ":"))) for one in spans)


def version_of(name, language):
    if language == "python":
        return importlib.metadata.version(name)
    return json.loads((work / "node_modules" / name / "package.json").read_text())["version"]


def record(file, library, env):
    received.clear()
    language = library["language"]
    program = here / ("js" if language == "javascript" else "py") / library["program"]
    command = ["node", *library.get("flags", []), str(program)] if language == "javascript" else [sys.executable, str(program)]
    for run in library["runs"]:
        done = subprocess.run(command, cwd=work, env=env | library.get("env", {}) | run, timeout=120, capture_output=True, text=True)
        if done.returncode != 0 or "RECORD_TALK" in os.environ:
            print(f"{file}: ended with {done.returncode}\n{done.stdout[-1500:]}\n{done.stderr[-2500:]}")
    packages = {name: version_of(name, language) for name in library["packages"]}
    name = library["packages"][0] if packages else "answerable"
    how = {
        "library": name,
        "version": packages.get(name, "of this repository"),
        "language": language,
        "packages": packages,
        "program": f"record/{program.parent.name}/{program.name}",
        "far side": library["far"],
        "runs": library["runs"],
    }
    spans = trimmed(received)
    count = sum(len(scope["spans"]) for one in spans for scope in one["scopeSpans"])
    (out / f"{file}.json").write_text(json.dumps(how, indent=1)[:-2] + ',\n "resourceSpans": [\n' + lines(spans) + "\n ]\n}\n")
    print(f"{file}: {count} spans of {name} {how['version']}", flush=True)


def main():
    port = fakes.serve(ThreadingHTTPServer(("127.0.0.1", 0), Receiver))
    endpoint = f"http://127.0.0.1:{port}"
    env = os.environ | fakes.start() | {
        "OTEL_EXPORTER_OTLP_ENDPOINT": endpoint,
        "TRACELOOP_BASE_URL": endpoint,
        "ANSWERABLE_BUILT": str(out.parents[2] / "dist"),
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_METRICS_EXPORTER": "none",
        "OTEL_LOGS_EXPORTER": "none",
        "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "false",
    }
    servers = subprocess.Popen(["node", str(here / "servers.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    env |= json.loads(servers.stdout.readline())
    wanted = sys.argv[1:]
    for file, library in libraries.items():
        if not wanted or file in wanted:
            record(file, library, env)
    servers.stdin.close()
    servers.wait(30)


main()
os._exit(0)
