"""Sentences of surveys, reports and business mail, put together from templates."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


@dataclass(frozen=True, slots=True)
class Topic:
    """What an article or report is about; every part fits the templates of its language."""

    title: str
    thing: str
    things: str
    measure: str
    place: str


TOPICS = {
    "en": [
        Topic("Night Trams and the Shape of Small Cities", "line", "lines", "ridership", "the northern suburbs"),
        Topic("Counting Bees along Railway Banks", "plot", "plots", "species count", "the river valley"),
        Topic("How Long Do Public Benches Last?", "bench", "benches", "surface wear", "the old harbour"),
        Topic("Heat Loss in Listed School Buildings", "building", "buildings", "heat demand", "the upper town"),
        Topic("Reading Rooms after the Flood", "library", "libraries", "lending rate", "the eastern districts"),
        Topic("Ice Cover on Shallow Lakes", "lake", "lakes", "ice thickness", "the moraine plateau"),
    ],
    "de": [
        Topic(
            "Nachtbusse und die Gestalt kleiner Städte", "Strecke", "Strecken", "Auslastung", "den nördlichen Vororten"
        ),
        Topic("Wildbienen an Bahndämmen", "Fläche", "Flächen", "Artenzahl", "dem Flusstal"),
        Topic("Wie lange hält eine Parkbank?", "Bank", "Bänke", "Abnutzung", "dem alten Hafen"),
        Topic("Wärmeverluste denkmalgeschützter Schulen", "Schule", "Schulen", "Heizlast", "der Oberstadt"),
        Topic("Büchereien nach dem Hochwasser", "Bücherei", "Büchereien", "Ausleihe", "den östlichen Bezirken"),
        Topic("Eisbedeckung flacher Seen", "Messstelle", "Messstellen", "Eisdicke", "der Hochebene"),
    ],
}

_SURVEY = {
    "en": [
        "Between {year} and {later} we visited {n} {things} in {place} and noted the {measure} of each.",
        "The {measure} rose by {p} percent in the first {few} years and has hardly changed since.",
        "Only {few} of the {n} {things} showed no effect at all.",
        "A {thing} that was repaired early kept its value about {few} years longer.",
        "Most of the difference, roughly {p} percent, goes back to the weather in spring.",
        "We repeated every measurement after {few} weeks; the results agreed within {p} percent.",
        "This is less than earlier authors reported, who worked with fewer than {n} {things}.",
        "No {thing} was counted twice, and missing values were left out rather than guessed.",
        "In {place}, however, the picture is less clear.",
        "The residents we asked gave very different reasons, and {few} in ten gave none.",
        "Costs were not part of the study, although they would be easy to add.",
        "Where the ground is wet, the {measure} falls off quickly and seldom recovers.",
        "For each {thing} the record holds a number, the date of the visit and two photographs.",
        "It follows that a yearly inspection would find about {p} percent of all defects in time.",
        "The figures for {year} are incomplete because the archive was closed until June.",
        "Larger {things} behave in the same way, only more slowly.",
        "A simple average hides this; the median of {n} visits shows it plainly.",
        "We expect the trend to go on until at least {later}.",
    ],
    "de": [
        "Zwischen {year} und {later} haben wir {n} {things} in {place} besucht und jeweils die {measure} notiert.",
        "Die {measure} stieg in den ersten {few} Jahren um {p} Prozent und ist seither kaum verändert.",
        "Nur {few} der {n} {things} zeigten überhaupt keine Wirkung.",
        "Wurde früh ausgebessert, blieb der Wert etwa {few} Jahre länger erhalten.",
        "Der größte Teil des Unterschieds, rund {p} Prozent, geht auf das Wetter im Frühjahr zurück.",
        "Jede Messung haben wir nach {few} Wochen wiederholt; die Ergebnisse stimmten auf {p} Prozent überein.",
        "Das ist weniger, als ältere Arbeiten angeben, die sich auf kaum {n} {things} stützten.",
        "Keine {thing} wurde doppelt gezählt, und fehlende Werte haben wir ausgelassen statt geschätzt.",
        "In {place} ist das Bild allerdings weniger eindeutig.",
        "Die befragten Anwohner nannten sehr verschiedene Gründe, {few} von zehn gar keine.",
        "Die Kosten waren nicht Teil der Untersuchung, ließen sich aber leicht ergänzen.",
        "Wo der Boden feucht ist, sinkt die {measure} rasch und erholt sich selten.",
        "Zu jedem Besuch gehören eine Nummer, das Datum und zwei Fotografien.",
        "Daraus folgt, dass eine jährliche Prüfung etwa {p} Prozent aller Mängel rechtzeitig fände.",
        "Die Zahlen für {year} sind unvollständig, weil das Archiv bis Juni geschlossen war.",
        "Größere {things} verhalten sich ebenso, nur langsamer.",
        "Ein einfacher Mittelwert verdeckt das; der Median aus {n} Besuchen zeigt es deutlich.",
        "Wir erwarten, dass die Entwicklung mindestens bis {later} anhält.",
    ],
}

_MAIL = {
    "en": [
        "Thank you for your letter of last week, which reached us on Tuesday.",
        "As agreed on the telephone, we are sending you the signed papers in two copies.",
        "The delivery left our warehouse this morning and should be with you within {few} working days.",
        "We have looked into the matter and found that {n} units were counted twice.",
        "Please let us know whether the date we proposed suits you.",
        "We are sorry for the delay and have reduced the price by {p} percent.",
        "The samples you asked for are enclosed; further colours can be had at short notice.",
        "Our records show that the contract runs until the end of {later}.",
        "If you have any questions, you can reach me at the number above from nine to four.",
        "The repair took longer than expected because a spare part had to be made.",
        "Your order of {n} pieces has been confirmed by the works.",
        "We would be glad to welcome you at our stand in hall {few}.",
    ],
    "de": [
        "vielen Dank für Ihr Schreiben der vergangenen Woche, das uns am Dienstag erreicht hat.",
        "Wie telefonisch besprochen, senden wir Ihnen die unterschriebenen Unterlagen in zweifacher Ausfertigung.",
        "Die Lieferung hat unser Lager heute Morgen verlassen und sollte in {few} Werktagen bei Ihnen sein.",
        "Wir haben den Vorgang geprüft und festgestellt, dass {n} Stück doppelt gezählt wurden.",
        "Bitte teilen Sie uns mit, ob Ihnen der vorgeschlagene Termin zusagt.",
        "Die Verzögerung bedauern wir und haben den Preis um {p} Prozent ermäßigt.",
        "Die gewünschten Muster liegen bei; weitere Farben sind kurzfristig lieferbar.",
        "Nach unseren Unterlagen läuft der Vertrag bis Ende {later}.",
        "Für Rückfragen erreichen Sie mich unter der oben genannten Nummer von neun bis sechzehn Uhr.",
        "Die Reparatur dauerte länger als erwartet, weil ein Ersatzteil angefertigt werden musste.",
        "Ihre Bestellung über {n} Stück wurde vom Werk bestätigt.",
        "Gern begrüßen wir Sie an unserem Stand in Halle {few}.",
    ],
}


def survey(dice: Random, language: str, topic: Topic, count: int) -> str:
    """A paragraph of `count` sentences about the topic."""
    return _sentences(dice, _SURVEY[language], topic, count)


def mail(dice: Random, language: str, count: int) -> list[str]:
    """The paragraphs of a business letter of `count` sentences, two to a paragraph; the opening comes first."""
    opening, *rest = _MAIL[language]
    picked = [opening, *dice.sample(rest, count - 1)]
    filled = [_fill(dice, sentence, TOPICS[language][0]) for sentence in picked]
    return [" ".join(filled[start : start + 2]) for start in range(0, count, 2)]


def _sentences(dice: Random, templates: list[str], topic: Topic, count: int) -> str:
    return " ".join(_fill(dice, template, topic) for template in dice.sample(templates, count))


def _fill(dice: Random, template: str, topic: Topic) -> str:
    year = dice.randint(1998, 2018)
    return template.format(
        year=year,
        later=year + dice.randint(3, 20),
        n=dice.randint(14, 480),
        few=dice.randint(2, 9),
        p=dice.randint(3, 48),
        thing=topic.thing,
        things=topic.things,
        measure=topic.measure,
        place=topic.place,
    )
