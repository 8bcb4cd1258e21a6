"""Words that documents are drawn from: names, trades, places, goods. None of the firms or people exists."""

from __future__ import annotations

FIRST_NAMES: dict[str, tuple[str, ...]] = {
    "en": (
        "Alice", "Brian", "Catherine", "Daniel", "Eleanor", "Frank", "Grace", "Henry", "Imogen", "James",
        "Kathleen", "Liam", "Margaret", "Nathan", "Olivia", "Peter", "Rachel", "Samuel", "Teresa", "Victor",
        "Wendy", "Zoe",
    ),
    "de": (
        "Anna", "Bernd", "Claudia", "Dieter", "Elke", "Friedrich", "Gisela", "Heinz", "Ilse", "Jürgen", "Katja",
        "Lukas", "Margarete", "Norbert", "Petra", "Ralf", "Sabine", "Tobias", "Ulrike", "Volker", "Björn",
        "Änne",
    ),
}  # fmt: skip
LAST_NAMES: dict[str, tuple[str, ...]] = {
    "en": (
        "Ashworth", "Barlow", "Carver", "Donnelly", "Ellison", "Fairbanks", "Goddard", "Hathaway", "Ingram",
        "Jessop", "Kendrick", "Lockwood", "Merriman", "Newcombe", "Oakley", "Prescott", "Quigley", "Redfern",
        "Stanton", "Thackeray", "Underhill", "Whitlock",
    ),
    "de": (
        "Albrecht", "Brückner", "Dörfler", "Eberhardt", "Fröhlich", "Gärtner", "Hübner", "Jäger", "Köhler",
        "Lindner", "Möller", "Neumann", "Oberländer", "Pfeiffer", "Reuß", "Schäfer", "Thiele", "Ulbricht",
        "Vogel", "Weiß", "Zöllner", "Großmann",
    ),
}  # fmt: skip
TRADES: dict[str, tuple[str, ...]] = {
    "en": (
        "Joinery", "Print Works", "Engineering", "Software", "Garden Supplies", "Electrical", "Catering",
        "Logistics", "Instruments", "Stationery", "Bicycles", "Roofing", "Laboratories", "Consulting",
        "Brewery", "Textiles",
    ),
    "de": (
        "Tischlerei", "Druckerei", "Maschinenbau", "Softwarehaus", "Gartenbedarf", "Elektrotechnik",
        "Großküchen", "Spedition", "Messtechnik", "Bürobedarf", "Fahrradtechnik", "Dachdeckerei", "Laborbedarf",
        "Unternehmensberatung", "Brauerei", "Textilhandel",
    ),
}  # fmt: skip
SHOPS: dict[str, tuple[str, ...]] = {
    "en": (
        "Food Market", "Bakery", "Corner Shop", "Delicatessen", "Farm Shop", "Grocers", "Convenience Store",
        "Coffee House",
    ),
    "de": (
        "Lebensmittel", "Bäckerei", "Feinkost", "Hofladen", "Frischemarkt", "Naturkost", "Kaufhaus", "Café",
    ),
}  # fmt: skip
LEGAL_FORMS: dict[str, tuple[str, ...]] = {
    "GB": (
        "Ltd", "Ltd", "LLP", "PLC",
    ),
    "IE": (
        "Ltd", "DAC",
    ),
    "US": (
        "Inc.", "LLC", "Corp.",
    ),
    "DE": (
        "GmbH", "GmbH", "AG", "KG", "GmbH & Co. KG", "e. K.",
    ),
    "AT": (
        "GmbH", "KG", "OG",
    ),
}  # fmt: skip
STREETS: dict[str, tuple[str, ...]] = {
    "GB": (
        "Station Road", "Mill Lane", "High Street", "Church Row", "Albion Terrace", "Canal Walk",
        "Foundry Street", "Priory Gardens",
    ),
    "IE": (
        "Harbour Street", "Bridge Street", "Quay Road", "Abbey Lane", "Castle Street", "Parnell Place",
    ),
    "US": (
        "Maple Avenue", "Lincoln Street", "Harbor Boulevard", "Cedar Drive", "Mission Road", "Prospect Avenue",
        "Elm Street",
    ),
    "DE": (
        "Hauptstraße", "Bahnhofstraße", "Lindenallee", "Mühlenweg", "Gartenstraße", "Schillerstraße",
        "Am Alten Markt", "Ringstraße",
    ),
    "AT": (
        "Wiener Straße", "Kirchengasse", "Burggasse", "Salzburger Straße", "Feldgasse", "Donaulände",
    ),
}  # fmt: skip
CITIES: dict[str, tuple[str, ...]] = {
    "GB": (
        "Leeds LS1 4DY", "Bristol BS1 5TR", "Norwich NR2 1TF", "Sheffield S3 8NU", "Exeter EX1 1GE",
        "York YO1 7HH",
    ),
    "IE": (
        "Cork T12 W8KP", "Galway H91 E2K3", "Limerick V94 T9PX", "Sligo F91 KX52",
    ),
    "US": (
        "Portland, OR 97205", "Austin, TX 78701", "Madison, WI 53703", "Albany, NY 12207", "Boise, ID 83702",
    ),
    "DE": (
        "20095 Hamburg", "04109 Leipzig", "80331 München", "50667 Köln", "99084 Erfurt", "79098 Freiburg",
        "90403 Nürnberg",
    ),
    "AT": (
        "1070 Wien", "8010 Graz", "5020 Salzburg", "4020 Linz",
    ),
}  # fmt: skip

GOODS: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("Oak shelf, 80 cm", "48.50"), ("Hinge set, brass", "7.95"), ("LED lamp E27, 9 W", "4.20"),
        ("Cable drum 25 m", "36.90"), ("Copy paper A4, 500 sheets", "5.49"),
        ("Toner cartridge, black", "89.00"), ("Desk chair, adjustable", "219.00"),
        ("On-site service, per hour", "74.00"), ("Software licence, 1 year", "349.00"),
        ("Data backup, monthly", "29.90"), ("Safety gloves, size 9", "6.80"),
        ("Wood screws 5 x 60, box", "11.25"), ("Exterior paint, 10 l", "64.75"),
        ("Calibration of pressure gauge", "128.00"), ("Delivery and packing", "18.50"),
        ("Steel bracket, galvanised", "3.15"), ("Training day, two persons", "960.00"),
        ("Network switch, 24 ports", "412.30"), ("Translation, per page", "38.00"),
    ),
    "de": (
        ("Regalboden Eiche, 80 cm", "48.50"), ("Scharniere Messing, Satz", "7.95"),
        ("LED-Lampe E27, 9 W", "4.20"), ("Kabeltrommel 25 m", "36.90"), ("Kopierpapier A4, 500 Blatt", "5.49"),
        ("Tonerkassette schwarz", "89.00"), ("Bürostuhl, höhenverstellbar", "219.00"),
        ("Technikerstunde vor Ort", "74.00"), ("Softwarelizenz, 1 Jahr", "349.00"),
        ("Datensicherung, monatlich", "29.90"), ("Schutzhandschuhe Größe 9", "6.80"),
        ("Holzschrauben 5 x 60, Paket", "11.25"), ("Fassadenfarbe, 10 l", "64.75"),
        ("Kalibrierung Manometer", "128.00"), ("Lieferung und Verpackung", "18.50"),
        ("Stahlwinkel verzinkt", "3.15"), ("Schulungstag, zwei Personen", "960.00"),
        ("Netzwerk-Switch, 24 Ports", "412.30"), ("Übersetzung je Seite", "38.00"),
        ("Prüfgebühr nach DGUV", "55.60"),
    ),
}  # fmt: skip
"""What invoices sell, with the usual price."""

GROCERIES: dict[str, tuple[tuple[str, str], ...]] = {
    "en": (
        ("WHOLE MILK 2L", "1.65"), ("BREAD WHITE", "1.20"), ("BANANAS", "0.98"), ("CHEDDAR 400G", "3.75"),
        ("TEA BAGS 80", "2.89"), ("TOMATOES", "1.45"), ("PASTA 500G", "0.95"), ("OLIVE OIL", "6.49"),
        ("COFFEE BEANS", "7.25"), ("SPARKLING WATER", "0.85"), ("APPLES GALA", "2.10"),
        ("YOGHURT 4 PACK", "2.35"), ("FLAT WHITE", "3.40"), ("CROISSANT", "2.20"), ("NOTEBOOK A5", "4.50"),
    ),
    "de": (
        ("VOLLMILCH 1L", "1.19"), ("ROGGENBROT", "3.45"), ("BANANEN", "1.79"), ("GOUDA JUNG", "2.99"),
        ("KAFFEE GEMAHLEN", "6.49"), ("TOMATEN", "2.29"), ("SPAGHETTI 500G", "0.99"), ("OLIVENÖL", "8.99"),
        ("BUTTER", "2.39"), ("MINERALWASSER", "0.69"), ("ÄPFEL ELSTAR", "2.49"), ("JOGHURT NATUR", "0.89"),
        ("MÜSLI NUSS", "3.29"), ("BREZEL", "0.95"), ("KÄSEKUCHEN STK", "2.80"),
    ),
}  # fmt: skip
"""What tills print, with the usual price."""
