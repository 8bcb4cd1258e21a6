import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from partitions import add_documents, contiguous_batches, document_key
from partitions.documents import documents

SHA = "0123456789abcdef" * 4


@given(st.text(max_size=300))
def test_a_key_is_made_of_safe_characters_and_ends_in_the_content_hash(name: str) -> None:
    key = document_key(name, SHA)
    assert set(key) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert key.endswith("-0123456789ab")
    assert len(key) <= 73


def test_a_key_is_readable() -> None:
    assert document_key("Rechnung Nr. 7 (Müller).PDF", SHA) == "rechnung-nr-7-muller-pdf-0123456789ab"


@given(st.sets(st.integers(0, 60)), st.integers(1, 9))
def test_batches_hold_exactly_the_wanted_keys_in_contiguous_ranges(wanted: set[int], size: int) -> None:
    order = [f"k{i}" for i in range(61)]
    place = {key: i for i, key in enumerate(order)}
    covered: list[str] = []
    for first, last in contiguous_batches((order[i] for i in wanted), order, size):
        keys = order[place[first] : place[last] + 1]
        assert 1 <= len(keys) <= size
        covered.extend(keys)
    assert covered == [order[i] for i in sorted(wanted)]


def test_adding_keeps_the_order_and_happens_once() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        add_documents(instance, ["b", "a"])
        add_documents(instance, ["b", "a", "c"])
        assert list(instance.get_dynamic_partitions(str(documents.name))) == ["b", "a", "c"]
