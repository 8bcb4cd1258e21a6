import numpy as np
import pytest

from ocr.errors import EngineError
from ocr.recognition.alphabet import kept_classes, scripts_of

CHARACTERS = ["", *"aZ9äßłőšñçœșĦ€£“„–—…½№°αΩοΑ。，：ａ的人のア𝄞ɐ", "ж", "и", "ạ", "ế", " "]


def kept(*languages: str) -> str:
    return "".join(CHARACTERS[number] for number in kept_classes(CHARACTERS, languages))


def test_western_and_central_european_letters_currencies_and_typographic_signs_are_latin():
    assert kept("en", "de") == "aZ9äßłőšñçœșĦ€£“„–—…½№°αΩ "


def test_without_languages_all_is_kept():
    assert kept() == "".join(CHARACTERS)


def test_several_scripts_add_up():
    both = kept("en", "ja", "ru")

    assert set("aä的のアжи。，：ａ ") <= set(both)
    assert set("ạɐο").isdisjoint(both)


def test_a_script_keeps_the_latin_letters_that_stand_on_every_page():
    assert set("aZ9€ ") <= set(kept("ru"))
    assert "ä" not in kept("ru")


def test_blank_stays_first_and_the_order_as_it_was():
    numbers = kept_classes(CHARACTERS, ["de"])

    assert numbers[0] == 0
    assert (np.diff(numbers) > 0).all()


def test_a_language_the_alphabet_cannot_spell_is_an_engine_error():
    with pytest.raises(EngineError, match="no Arabic letters, which 'ar'"):
        kept_classes(CHARACTERS, ["en", "ar"])


def test_a_language_that_is_none_is_named():
    with pytest.raises(EngineError, match="names 'english', whose letters are not known"):
        kept_classes(CHARACTERS, ["de", "english"])


def test_languages_of_one_script_are_one_choice():
    assert scripts_of(["en"]) == scripts_of(["de", "deu", "pl"]) == "Latin"
    assert scripts_of(["ja", "en"]) == scripts_of(["de", "jpn"])
    assert scripts_of([]) == scripts_of(["tlh"]) == "any"
