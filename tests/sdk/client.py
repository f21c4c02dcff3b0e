"""Asks the gateway through the official SDK, and prints what that made of the answers: one JSON document.

`client.py turn` asks the same three times: for a stream whose events are checked one by one against the SDK's
models, for a stream as the SDK reads it, and for a whole response. `client.py error` tells how a failure is raised,
`client.py patient` the same with the SDK's own retries.
`client.py failed` tells the last event of an answer that breaks off.
`client.py schema` asks for an answer of a given form. The gateway is told by OPENAI_BASE_URL and OPENAI_API_KEY, the
model by MODEL.
"""

import json
import os
import sys
from typing import get_args

import openai
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter

TOOLS = [
    {
        "type": "function",
        "name": "exec_command",
        "description": "Runs a command.",
        "strict": False,
        "parameters": {
            "type": "object",
            "properties": {"cmd": {"type": "string"}},
            "required": ["cmd"],
        },
    }
]

# Each kind of event with its model: the union itself would only say that none fits.
MODELS = get_args(get_args(ResponseStreamEvent)[0])
EVENTS = {get_args(model.model_fields["type"].annotation)[0]: TypeAdapter(model) for model in MODELS}
RESPONSE = TypeAdapter(Response)


def told(response):
    """What a response says, in short."""
    items = response.output
    return {
        "status": response.status,
        "text": response.output_text,
        "calls": [[item.name, item.arguments] for item in items if item.type == "function_call"],
        "thoughts": ["".join(part.text for part in item.summary) for item in items if item.type == "reasoning"],
        "usage": [
            response.usage.input_tokens,
            response.usage.input_tokens_details.cached_tokens,
            response.usage.output_tokens,
            response.usage.output_tokens_details.reasoning_tokens,
        ],
    }


def events(client, request):
    """The events of a stream, each held against the models without leniency."""
    with client.responses.with_streaming_response.create(**request, stream=True) as answer:
        for line in answer.iter_lines():
            if line.startswith("data: "):
                data = line.removeprefix("data: ")
                yield EVENTS[json.loads(data)["type"]].validate_json(data, strict=True)


def checked(client, request):
    """The stream as it comes."""
    seen = list(events(client, request))
    assert [event.sequence_number for event in seen] == list(range(len(seen)))
    deltas = "".join(event.delta for event in seen if event.type == "response.output_text.delta")
    return {**told(seen[-1].response), "deltas": deltas}


def streamed(client, request):
    """The stream as the SDK's own helper reads it."""
    deltas = ""
    with client.responses.stream(**request) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                deltas += event.delta
                assert event.snapshot.endswith(event.delta)
        response = stream.get_final_response()
    return {**told(response), "deltas": deltas}


def whole(client, request):
    """One document."""
    answer = client.responses.with_raw_response.create(**request)
    RESPONSE.validate_json(answer.text, strict=True)
    return told(answer.parse())


def failure(ask, request):
    """How a failure is raised."""
    try:
        ask(request)
    except openai.APIStatusError as error:
        wait = error.response.headers.get("retry-after")
        return [type(error).__name__, error.status_code, error.code, error.message, wait]
    except openai.APIError as error:
        return [type(error).__name__, None, error.code, error.message, None]
    raise AssertionError("no failure was raised")


class Weather(BaseModel):
    city: str
    degrees: int


def main():
    client = openai.OpenAI(max_retries=0)
    request = {"model": os.environ["MODEL"], "input": "say hello", "tools": TOOLS}
    match sys.argv[1]:
        case "turn":
            result = {ask.__name__: ask(client, request) for ask in (checked, streamed, whole)}
        case "error":
            result = [
                failure(lambda request: client.responses.create(**request), request),
                failure(lambda request: list(client.responses.create(**request, stream=True)), request),
            ]
        case "patient":
            patient = openai.OpenAI()
            result = failure(lambda request: patient.responses.create(**request), request)
        case "failed":
            *_, last = events(client, request)
            error = last.response.error
            result = {"kind": last.type, "code": error.code, "message": error.message}
        case "schema":
            request = {"model": request["model"], "input": "the weather in Oslo", "text_format": Weather}
            result = client.responses.parse(**request).output_parsed.model_dump()
    json.dump(result, sys.stdout)


main()
