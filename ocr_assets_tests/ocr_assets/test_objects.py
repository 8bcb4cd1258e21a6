"""A bucket listed and read: what becomes of its objects, whatever they are called and whatever happens to them."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocr_assets import objects
from ocr_assets.objects import Wanted, look
from resources.aws import client
from resources.bucket import listing
from resources.bucket.listing import Cursor, next_page
from resources.bucket.objects import name_of
from resources.ledger import Ledger
from resources.ledger.refusals import refused
from resources.sources import S3Object, fetch, s3_object

ODD = [
    "in/plain.pdf",
    "in/with space + plus.pdf",
    "in/100 %25 %.pdf",
    "in/ümläut/日本語.pdf",
    "in/what?versionId is.pdf",
    "in/trailing/",
    "in//double.pdf",
    "in/" + "long/" * 202 + "l/end.pdf",
]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def put(key: str, content: bytes) -> None:
    client("s3").put_object(Bucket="scans", Key=key, Body=content)


def sweep(ledger: Ledger, cursor: Cursor | None = None, **more: Any) -> tuple[Cursor, Counter[str]]:
    wanted = Wanted("bucket", "default", "live", more.pop("max_bytes", 1_000))
    options: dict[str, Any] = {"until": time.monotonic() + 30, "most": 10_000} | more
    return look(client("s3"), "s3://scans/in/", cursor or Cursor(), ledger, wanted, **options)


def uris(ledger: Ledger) -> dict[str, str | None]:
    return {document.uri: document.superseded_by for document in ledger.documents()}


def test_objects_of_any_name_become_documents_whose_bytes_are_found_again(bucket: str, ledger: Ledger) -> None:
    assert max(len(key.encode()) for key in ODD) == 1_022
    for key in ODD:
        put(key, key.encode())
    put("in/folder/", b"")
    put("elsewhere/x.pdf", b"x")
    _, counts = sweep(ledger, max_bytes=2_000)
    assert counts["new"] == len(ODD)
    assert sorted(fetch(document.uri).decode() for document in ledger.documents()) == sorted(ODD)
    assert all(len(document.document) < 80 for document in ledger.documents())


def test_what_is_known_is_not_read_again_and_what_was_overwritten_is_a_new_document(
    bucket: str, ledger: Ledger
) -> None:
    put("in/a.pdf", b"one")
    put("in/b.pdf", b"two")
    cursor, _ = sweep(ledger)
    put("in/a.pdf", b"three")
    _, counts = sweep(ledger, cursor)
    assert (counts["taken"], counts["new"]) == (1, 1)
    one, two, three = ledger.documents()
    assert (one.superseded_by, two.superseded_by, three.superseded_by) == (three.document, None, None)
    with pytest.raises(FileNotFoundError):
        fetch("s3://scans/in/none.pdf")


def test_the_same_bytes_under_two_keys_are_one_document_that_outlives_one_of_them(bucket: str, ledger: Ledger) -> None:
    put("in/a.pdf", b"same")
    put("in/b.pdf", b"same")
    cursor, counts = sweep(ledger)
    assert (counts["new"], counts["known"]) == (1, 1)
    (document,) = ledger.documents()
    put(s3_object(document.uri).key, b"other")
    sweep(ledger, cursor)
    document, _ = ledger.documents()
    assert document.superseded_by is None
    assert fetch(document.uri) == b"same"


def test_a_versioned_object_that_was_overwritten_is_still_read_as_it_was(bucket: str, ledger: Ledger) -> None:
    client("s3").put_bucket_versioning(Bucket="scans", VersioningConfiguration={"Status": "Enabled"})
    put("in/a.pdf", b"one")
    cursor, _ = sweep(ledger)
    put("in/a.pdf", b"two")
    sweep(ledger, cursor)
    old, new = ledger.documents()
    assert (old.superseded_by, new.superseded_by) == (new.document, None)
    assert (fetch(old.uri), fetch(new.uri)) == (b"one", b"two")
    assert "?versionId=" in old.uri


def test_an_object_too_large_is_refused_once_and_the_others_are_taken(bucket: str, ledger: Ledger) -> None:
    put("in/big.pdf", b"x" * 2_000)
    put("in/small.pdf", b"x")
    cursor, counts = sweep(ledger)
    assert (counts["new"], counts["refused"]) == (1, 1)
    _, counts = sweep(ledger, cursor)
    assert counts["taken"] == 0
    (row,) = refused(ledger.engine)
    assert (row["code"], row["uri"]) == ("over_limit", "s3://scans/in/big.pdf")


def test_an_object_deleted_between_listing_and_reading_is_an_outcome(
    bucket: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    put("in/a.pdf", b"a")
    put("in/b.pdf", b"b")

    def delete_then_take(*arguments: Any, **more: Any) -> Counter[str]:
        client("s3").delete_object(Bucket="scans", Key="in/a.pdf")
        return take(*arguments, **more)

    take = objects.take
    monkeypatch.setattr(objects, "take", delete_then_take)
    _, counts = sweep(ledger)
    assert (counts["new"], counts["refused"]) == (1, 1)
    assert refused(ledger.engine)[0]["code"] == "source_changed"


def test_an_upload_in_progress_is_no_object(bucket: str, ledger: Ledger) -> None:
    upload = client("s3").create_multipart_upload(Bucket="scans", Key="in/a.pdf")["UploadId"]
    client("s3").upload_part(Bucket="scans", Key="in/a.pdf", UploadId=upload, PartNumber=1, Body=b"half")
    assert sweep(ledger)[1]["listed"] == 0


def test_a_tick_cut_short_is_gone_on_with_and_one_that_died_doubles_nothing(bucket: str, ledger: Ledger) -> None:
    for number in range(7):
        put(f"in/{number}.pdf", str(number).encode())
    cursor, counts = sweep(ledger, most=3)
    assert counts["new"] == 3
    cursor, counts = sweep(ledger, cursor, most=3)
    # The next dies before its cursor is kept.
    sweep(ledger, cursor, most=3)
    _, counts = sweep(ledger, cursor, most=3)
    assert counts["new"] == 0
    assert len(ledger.documents()) == 7


def test_more_objects_than_a_page_holds_are_all_found(
    bucket: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "PAGE", 3)
    keys = [f"in/{number}" for number in range(7)]
    for key in keys:
        put(key, key.encode())
    found, cursor = next_page(client("s3"), "scans", "in/", Cursor())
    while not cursor.between_sweeps:
        more, cursor = next_page(client("s3"), "scans", "in/", cursor)
        found += more
    assert [one.key for one in found] == keys
    assert sweep(ledger)[1]["new"] == 7


def test_a_name_that_cannot_be_printed_is_shown_as_it_can_be() -> None:
    assert name_of(S3Object("scans", "in/line\nbreak.pdf")) == "line\ufffdbreak.pdf"
    assert name_of(S3Object("scans", "in/last/")) == "last"


class Listing:
    """A bucket as S3 lists it, whose clock and objects a test sets."""

    def __init__(self) -> None:
        self.now = 2_000_000.0
        self.objects: dict[str, float] = {}

    def list_objects_v2(self, Bucket: str, Prefix: str, StartAfter: str, MaxKeys: int) -> dict[str, Any]:
        from datetime import UTC, datetime
        from email.utils import format_datetime

        keys = sorted(key for key in self.objects if key > StartAfter)
        return {
            "Contents": [
                {
                    "Key": key,
                    "ETag": f'"{self.objects[key]}"',
                    "Size": 1,
                    "LastModified": datetime.fromtimestamp(self.objects[key], UTC),
                }
                for key in keys[:2]
            ],
            "IsTruncated": len(keys) > 2,
            "ResponseMetadata": {"HTTPHeaders": {"date": format_datetime(datetime.fromtimestamp(self.now, UTC))}},
        }


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("abcdefgh"), st.sampled_from([0.0, 1.0, 3_600.0])),
            st.sampled_from([1.0, 60.0, 7_200.0, 200_000.0]),
            st.none(),
        ),
        max_size=40,
    )
)
def test_whatever_is_written_when_two_sweeps_find_it(steps: list[Any]) -> None:
    """Steps: an object is written (its time this much earlier, as that of one that came in parts); time goes by; one
    page is listed."""
    bucket, cursor, seen = Listing(), Cursor(), set()

    def page() -> None:
        nonlocal cursor
        found, cursor = next_page(bucket, "in", "", cursor)
        seen.update((one.key, one.modified) for one in found)

    for step in steps:
        if step is None:
            page()
        elif isinstance(step, float):
            bucket.now += step
        else:
            bucket.objects[step[0]] = bucket.now - step[1]
    for _ in range(2):
        page()
        while not cursor.between_sweeps:
            page()
    assert set(bucket.objects.items()) <= seen


def test_a_cursor_is_kept_as_text_and_one_of_another_kind_begins_anew() -> None:
    cursor = replace(Cursor(), after="in/ü\n", began=1.5, seen=2.5)
    assert Cursor.read(cursor.text, "") == cursor
    assert Cursor.read("not json", "") == Cursor.read('{"other": 1}', "") == Cursor.read(None, "") == Cursor()


def test_a_listing_is_due_after_a_while_and_where_the_clock_was_set_back() -> None:
    cursor = Cursor(ended=1_000.0)
    assert [cursor.due(now, 30.0) for now in (1_000.0, 1_029.0, 1_030.0, 900.0)] == [False, False, True, True]
    assert replace(cursor, began=1.0).due(1_000.0, 30.0)


def test_a_cursor_of_another_bucket_is_begun_anew(bucket: str, ledger: Ledger) -> None:
    put("in/a.pdf", b"one")
    cursor, _ = sweep(ledger, Cursor.read(None, "s3://scans/in/"))
    assert Cursor.read(cursor.text, "s3://scans/in/") == cursor and cursor.seen
    assert Cursor.read(cursor.text, "s3://scans/other/") == Cursor(url="s3://scans/other/")


@given(st.text(min_size=1, max_size=50), st.text(max_size=10))
def test_an_object_is_found_by_its_uri(key: str, version: str) -> None:
    found = S3Object("bucket", key.encode(errors="replace").decode(), version.encode(errors="replace").decode())
    assert s3_object(found.uri) == found


def test_a_tick_begins_no_object_after_its_time_and_the_next_ones_read_the_rest(
    bucket: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*arguments: Any) -> Any:
        time.sleep(0.1)
        return read(*arguments)

    read = objects.measure
    for number in range(60):
        put(f"in/{number}.pdf", str(number).encode())
    monkeypatch.setattr(objects, "measure", slow)
    cursor, counts = sweep(ledger, until=time.monotonic() + 0.3)
    assert 0 < counts["new"] <= 5 * objects.TOGETHER and cursor == Cursor()
    monkeypatch.setattr(objects, "measure", read)
    assert sweep(ledger, cursor)[1]["new"] == 60 - counts["new"]
