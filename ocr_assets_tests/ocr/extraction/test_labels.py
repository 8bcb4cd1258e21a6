from ocr.extraction.labels import Labels, fold, phrases

LABELS = Labels(
    {
        "total": phrases((1.0, "total; grand total; rounded total")),
        "subtotal": phrases((1.0, "sub total")),
        "net": phrases((0.9, "net")),
    },
    {"net": {r"\bohne ust\b": 0.95}},
)


def best(words: str) -> set[str]:
    return set(LABELS.match(words))


def test_a_label_is_matched_through_recognition_errors_and_lost_blanks():
    assert best("GRANDTOTAL :") == {"total"}
    assert best("ROUND D TOTAL (RM)") == {"total"}
    assert best("Tota1 TOTEL") == {"total"}


def test_the_longest_label_wins_over_its_last_word():
    assert best("SUB-TOTAL") == {"subtotal"}


def test_a_short_label_must_be_read_right():
    assert best("net") == {"net"}
    assert best("met") == set()


def test_a_pattern_is_matched_anywhere():
    assert best("Rechnungssumme ohne USt.") == {"net"}


def test_folding_drops_case_accents_figures_and_remarks():
    assert fold("Fälligkeits-Datum (neu) 2: ") == "falligkeits datum"


def test_a_remark_that_changes_the_meaning_of_a_label_is_kept():
    assert fold("TOTAL (EXCLUDING GST):") == "total excluding gst"
    assert fold("TOTAL (RM):") == "total"


def test_a_longer_label_is_not_taken_for_the_short_one_in_it():
    labels = Labels({"tax": phrases((1.0, "gst amount"))})
    assert labels.match("amount") == {}
