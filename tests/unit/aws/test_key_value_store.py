"""The client of a key-value store, against a loopback server."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, NoReturn

import boto3
import pytest
from awscrt import auth
from awscrt import http as auth_http
from botocore.exceptions import ClientError

from hosting.aws import key_value_store_requests
from hosting.aws.key_value_store import KeyValueStoreClient, StoreState, open_store
from hosting.aws.key_value_store_errors import (
    DATA_ACTIONS,
    StoreConflictError,
    StoreError,
    StoreFullError,
    StoreNotFoundError,
    StoreResponseError,
    StoreUnavailableError,
    StoreUnreachableError,
    api_host,
)
from hosting.aws.settings import AwsSettings
from tests.repository import REPOSITORY
from tests.unit.aws.key_value_store_server import ARN, StoreServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that the client would have waited."""
    seconds: list[float] = []
    monkeypatch.setattr("hosting.aws.key_value_store.time.sleep", seconds.append)
    return seconds


@pytest.fixture
def store(waits: list[float]) -> Iterator[StoreServer]:
    """A running store; the client does not wait between attempts."""
    del waits
    with StoreServer() as server:
        yield server


def client(store: StoreServer, **values: str) -> KeyValueStoreClient:
    """Return a client of the store."""
    return KeyValueStoreClient(ARN, store.settings(**values))


def test_a_key_is_read_and_a_missing_one_is_none(store: StoreServer) -> None:
    """Keys with slashes arrive as they are; for a missing key the store is described, to know that it exists."""
    store.items = {"r/aB3_-xyz/12": "[1]"}
    one = client(store)
    assert one.get("r/aB3_-xyz/12") == "[1]"
    assert one.get("s/site") is None
    assert store.requests == ["GET keys/r%2FaB3_-xyz%2F12", "GET keys/s%2Fsite", "GET"]


def test_a_missing_store_is_an_error_and_not_a_missing_key(store: StoreServer) -> None:
    """AWS answers 404 to both."""
    store.exists = False
    with pytest.raises(StoreNotFoundError, match="does not exist"):
        client(store).get("s/site")


def test_requests_are_signed_for_all_regions(store: StoreServer) -> None:
    """The data API takes SigV4A alone, whose signature begins with the algorithm's name."""
    client(store).describe()
    assert store.authorizations[0].startswith("AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/")


def test_a_list_has_all_pages(store: StoreServer) -> None:
    """A page has 50 keys at most."""
    store.items = {f"k{number}": str(number) for number in range(120)}
    assert client(store).list() == store.items
    assert len(store.requests) == 3


def test_a_store_is_described(store: StoreServer) -> None:
    """The ETag is that of the data API, and the size includes the keys."""
    store.items = {"key": "value"}
    assert client(store).describe() == StoreState("E1", 1, 8)


def test_an_update_needs_the_current_etag_and_returns_the_next(store: StoreServer) -> None:
    """A stale ETag is a conflict, which is not retried: the caller has to read first."""
    one = client(store)
    store.items = {"old": "1"}
    assert one.update("E1", {"new": "2"}, ["old"]) == "E2"
    assert store.items == {"new": "2"}
    with pytest.raises(StoreConflictError, match="by somebody else"):
        one.update("E1", {"new": "3"})
    assert len(store.requests) == 2


@pytest.mark.parametrize("answer", [(409, "x"), (412, "x"), (400, "Pre-Condition failed"), (400, "PreconditionFailed")])
def test_each_form_of_a_conflict_is_one(store: StoreServer, answer: tuple[int, str]) -> None:
    """The documented status is 409; CloudFront's other API has 412, and AWS was seen to answer 400."""
    store.prepared = [answer]
    with pytest.raises(StoreConflictError):
        client(store).update("E1", {"k": "v"})


def test_a_write_goes_in_batches_with_one_description(store: StoreServer) -> None:
    """120 keys and 30 deletes are three updates; each ETag comes from the update before."""
    store.items = {f"old{number}": "" for number in range(30)}
    puts = {f"k{number}": str(number) for number in range(120)}
    client(store).write(puts, [f"old{number}" for number in range(30)])
    assert store.items == puts
    assert store.requests == ["GET", "POST keys", "POST keys", "POST keys"]


def test_nothing_to_write_makes_no_call(store: StoreServer) -> None:
    """A key that is written is not deleted, and no changes need no description."""
    client(store).write({})
    assert store.requests == []
    store.items = {"a": "1"}
    client(store).write({"a": "2"}, ["a"])
    assert store.items == {"a": "2"}


def test_a_write_repeats_a_batch_after_a_conflict(store: StoreServer, waits: list[float]) -> None:
    """Another writer between the description and the update costs one attempt; its keys stay."""

    def another_writer() -> None:
        store.items["theirs"] = "1"
        store.version += 1

    store.prepared = [None, another_writer]
    client(store).write({"mine": "1"})
    assert store.items == {"theirs": "1", "mine": "1"}
    assert store.requests == ["GET", "POST keys", "GET", "POST keys"]
    assert len(waits) == 1


def test_a_write_gives_up_after_many_conflicts(store: StoreServer, waits: list[float]) -> None:
    """The waits grow up to two seconds."""
    store.prepared = [None, *[(409, "conflict"), None] * 11, (409, "conflict")]
    with pytest.raises(StoreConflictError):
        client(store).write({"mine": "1"})
    assert len(waits) == 11
    assert 1 <= waits[-1] <= 2


def test_a_write_deletes_what_exists(store: StoreServer) -> None:
    """A key that was deleted by hand, or by an attempt without a response, does not stop the others."""
    store.items = {"a": "1", "b": "2"}
    client(store).write({"c": "3"}, ["a", "gone"])
    assert store.items == {"b": "2", "c": "3"}


def test_a_write_to_a_missing_store_is_an_error(store: StoreServer) -> None:
    """The answer 404 to an update whose keys exist is not about the keys."""
    store.prepared = [None, (404, "Key value store not found")]
    with pytest.raises(StoreNotFoundError):
        client(store).write({"c": "3"})


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_throttled_call_is_repeated(store: StoreServer, waits: list[float], status: int) -> None:
    """AWS publishes no rate; the waits grow, and their jitter is up to a half."""
    store.prepared = [(status, "later")] * 3
    assert client(store).describe().etag == "E1"
    assert len(store.requests) == 4
    assert [0.2 * 2**n / 2 <= wait <= 0.2 * 2**n for n, wait in enumerate(waits, 1)] == [True] * 3


def test_a_read_is_repeated_after_a_conflict(store: StoreServer) -> None:
    """A read has no ETag, so its conflict is with a write that is under way."""
    store.prepared = [(409, "not in expected state")]
    assert client(store).list() == {}
    assert len(store.requests) == 2


def test_a_service_that_stays_busy_is_an_error(store: StoreServer) -> None:
    """After eight attempts the caller gets a sentence."""
    store.prepared = [(503, "busy")] * 8
    with pytest.raises(StoreUnavailableError, match=r"can't answer .* \(503: busy\): run `pulumi up` again") as caught:
        client(store).update("E1", {"k": "v"})
    assert caught.value.is_unknown
    assert len(store.requests) == 8


def test_a_lost_response_to_an_update_has_an_unknown_outcome(store: StoreServer) -> None:
    """The caller has to read before it writes again, so the request is not repeated."""
    store.prepared = [lose_response(store, {"k": "v"})]
    with pytest.raises(StoreResponseError, match="did not respond") as caught:
        client(store).update("E1", {"k": "v"})
    assert caught.value.is_unknown
    assert store.items == {"k": "v"}
    assert len(store.requests) == 1


def test_a_write_goes_on_after_a_lost_response(store: StoreServer) -> None:
    """The keys are written once more with the new ETag, which changes nothing; a read is repeated at once."""
    one = client(store)
    store.prepared = [lose_response(store, {}), None, lose_response(store, {"k": "v"})]
    one.write({"k": "v"})
    assert store.items == {"k": "v"}
    assert store.requests == ["GET", "GET", "POST keys", "GET", "POST keys"]


def lose_response(store: StoreServer, written: dict[str, str]) -> Callable[[], None]:
    """Return what a request does that writes keys and is not answered."""

    def done() -> None:
        store.items.update(written)
        store.version += 1
        raise ConnectionAbortedError

    return done


def test_a_full_store_is_an_error_with_figures(store: StoreServer) -> None:
    """The sentence has the sizes, and what to do."""
    store.items = {"key": "value"}
    store.prepared = [(402, "Limit exceeded")]
    with pytest.raises(StoreFullError, match=r"has 1 keys with 8 bytes, and cannot take 4 more: .* 5000000 bytes"):
        client(store).update("E1", {"k": "ü+"})
    assert store.items == {"key": "value"}


def test_missing_rights_are_named(store: StoreServer) -> None:
    """The six actions of the data API are not among those of CloudFront itself."""
    store.prepared = [(403, "Access denied")]
    with pytest.raises(StoreError) as caught:
        client(store).describe()
    assert [action in str(caught.value) for action in DATA_ACTIONS] == [True] * 6


@pytest.mark.parametrize(("token", "says"), [("session", True), ("", False)])
def test_a_session_token_of_version_1_is_explained(store: StoreServer, token: str, *, says: bool) -> None:
    """AWS answers "Authentication failed", also to wrong keys, which have no session token."""
    store.prepared = [(403, "Authentication failed")]
    values = {"token": token} if token else {}
    with pytest.raises(StoreError) as caught:
        client(store, **values).describe()
    assert ("AWS_STS_REGIONAL_ENDPOINTS=regional" in str(caught.value)) is says


def test_a_refused_key_is_an_error_with_the_reason(store: StoreServer) -> None:
    """A 400 that is not about the ETag has AWS's own message."""
    store.prepared = [(400, "Value too long")]
    with pytest.raises(StoreError, match="Value too long"):
        client(store).update("E1", {"k": "v"})
    assert len(store.requests) == 1


def test_an_unreachable_host_is_named(waits: list[float]) -> None:
    """A firewall may know AWS's older domains alone; two attempts are enough to say so."""
    with StoreServer() as store:
        gone = client(store)
    with pytest.raises(StoreUnreachableError, match=r"^127\.0\.0\.1:\d+, .*aws:httpsProxy"):
        gone.describe()
    assert len(waits) == 1
    assert api_host(ARN) == "123456789012.cloudfront-kvs.global.api.aws"


def test_credentials_of_no_use_are_an_error() -> None:
    """An ARN of another partition is refused before a request, as everything else that botocore refuses."""
    values = {"accessKey": "a", "secretKey": "s"}
    with pytest.raises(StoreError, match=r"could not be used: Client was configured for partition .*`pulumi up` again"):
        KeyValueStoreClient(ARN, AwsSettings("cn-north-1", values)).describe()


def test_a_role_that_cannot_be_assumed_is_not_about_the_store(
    store: StoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its denial does not ask for rights on the store, and no request is sent."""

    def assume() -> NoReturn:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "not authorized"}}, "AssumeRole")

    monkeypatch.setattr(key_value_store_requests, "credentials_of", lambda _settings: assume)
    with pytest.raises(StoreError, match="AssumeRole operation: not authorized") as denied:
        client(store).describe()
    assert "UpdateKeys" not in str(denied.value)
    assert store.requests == []


def test_a_missing_signer_is_named(store: StoreServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests are signed with SigV4A only where awscrt is installed."""
    monkeypatch.setitem(sys.modules, "awscrt", None)
    with pytest.raises(StoreError, match=r"pip install 'boto3\[crt\]'"):
        client(store).describe()
    assert store.requests == []


def test_an_answer_that_is_not_json_is_none(store: StoreServer) -> None:
    """A proxy of a network may answer with a page; the request is repeated, and then the host is named."""
    store.prepared = [(200, "page")] * 8
    with pytest.raises(StoreResponseError, match=r"^127\.0\.0\.1:\d+ did not respond"):
        client(store).describe()
    store.prepared = [(400, "page")]
    with pytest.raises(StoreError, match="CloudFront refuses a request"):
        client(store).describe()


@pytest.mark.parametrize("token", ["", "session"])
def test_requests_are_those_of_boto3(store: StoreServer, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    """The same method, URL, signed headers and options of the signature arrive for each call."""
    signed: list[tuple[object, ...]] = []
    sign = auth.aws_sign_request

    def recorded(request: auth_http.HttpRequest, config: auth.AwsSigningConfig) -> object:
        names = ("host", "content-type", "if-match", "x-amz-security-token")
        headers = {name.lower(): value for name, value in request.headers if name.lower() in names}
        body = request.body_stream
        options = (config.algorithm, config.signature_type, config.region, config.service)
        path = (config.use_double_uri_encode, config.should_normalize_uri_path)
        payload = (config.signed_body_value, config.signed_body_header_type, config.omit_session_token)
        signed.append((request.method, request.path, headers, bool(body), options, path, payload))
        return sign(request, config)

    monkeypatch.setattr(auth, "aws_sign_request", recorded)
    store.items = {"r/a b/ü+": "1", **{f"k{number}": "" for number in range(60)}}
    values = {"token": token} if token else {}
    ours, theirs = client(store, **values), boto3.client("cloudfront-keyvaluestore", **store.boto3_arguments(token))
    ours.describe()
    ours.get("r/a b/ü+")
    ours.list()
    ours.update("E1", {"new": "2"}, ["k1"])
    count, store.version = len(signed), 1
    theirs.describe_key_value_store(KvsARN=ARN)
    theirs.get_key(KvsARN=ARN, Key="r/a b/ü+")
    page = theirs.list_keys(KvsARN=ARN, MaxResults=50)
    theirs.list_keys(KvsARN=ARN, MaxResults=50, NextToken=page["NextToken"])
    theirs.update_keys(KvsARN=ARN, IfMatch="E1", Puts=[{"Key": "new", "Value": "3"}], Deletes=[{"Key": "k2"}])
    assert count == 5
    assert signed[count:] == signed[:count]


def test_a_process_has_one_client_of_a_store(store: StoreServer) -> None:
    """Its connections are reused."""
    assert open_store(ARN, store.settings()) is open_store(ARN, store.settings())
    assert open_store(ARN, store.settings()) is not open_store(ARN, store.settings(token="t"))


def test_importing_the_client_imports_neither_boto3_nor_awscrt() -> None:
    """`pulumi up` without changes makes no call, and the imports take half a second."""
    code = "import sys, hosting.aws.key_value_store; print({'boto3', 'botocore', 'awscrt'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
