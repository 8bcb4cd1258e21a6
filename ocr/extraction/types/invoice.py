"""Invoices and credit notes: number, dates, parties, totals and items. English, German, French and some Dutch."""

from __future__ import annotations

from ocr.documents import Field
from ocr.extraction import candidates, identifiers, money, normalise, parties, rules
from ocr.extraction.candidates import Candidate
from ocr.extraction.doctype import DocumentType, FieldRule, labels_of
from ocr.extraction.labels import Labels, phrases
from ocr.extraction.tables import line_items
from ocr.extraction.transcript import Transcript
from ocr.settings import RecordsSettings

_INVOICE = r"(?:rechnungs?|invoice|facture|factuur|gutschrift|korrektur|credit ?note|avoir|bill)"
FIELDS = (
    FieldRule(
        "invoice_number",
        "identifier",
        required=True,
        phrases=phrases(
            (
                1.0,
                "invoice number; invoice no; invoice #; rechnungsnummer; rechnung nr; rechnungs nr; rechnung "
                "#; facture n°; facture no; numero de facture; n° de facture; avoir n°; credit note no; "
                "credit note number; gutschrift nr; rechnungskorrektur nr; factuurnummer; tax invoice no",
            ),
            (0.97, "invoice id; inv no; rechnungs no; beitragsrechnung nr"),
            (0.96, "beleg nr; belegnummer; belegnr"),
            (0.95, "re nr"),
            (0.9, "invoice; facture; avoir; credit note; dokumentnummer; bill no; rg nr"),
            (0.88, "rechnung; rechnungskorrektur"),
            (0.85, "gutschrift; document no; tax invoice; invoice reference"),
            (0.7, "vorgangsnummer"),
        ),
        patterns={rf"\b\w*{_INVOICE}\w*(?: \w+){{0,4}} (?:nr|no|n°|nummer|number|#)$": 0.97},
    ),
    FieldRule(
        "other_number",
        "identifier",
        kept=False,
        phrases=phrases(
            (
                1.0,
                "customer; customer no; customer number; kundennummer; kunden nr; order no; order number; "
                "bestell nr; bestellnummer; bestellung; lieferschein nr; lieferscheinnummer; auftrag nr; "
                "auftragsnummer; account number; steuernummer; steuer nr; ust idnr; ust id; vat id; vat no; "
                "vat number; tva; siret; hrb nr; handelsregister; tel; telefon; phone; fax; iban; bic; lief "
                "nr; your order; your reference; reference; ursprungsbeleg nr; reklamationsnummer; vertrag "
                "nr; vertragsnummer; facture liee; related invoice; po number; purchase order; gln; postfach; "
                "page; seite; ean; contract no; customer reference; mandatsreferenz; glaubiger id; n° tva; "
                "projekt nr; klantnummer; ordernummer; original invoice; ursprungsrechnung; ursprungliche "
                "rechnung; blz; konto; kto; account; artikel nr; kundennr; kunden no; nummer; globale nummer; "
                "tax id; gst no",
            ),
        ),
    ),
    FieldRule(
        "issue_date",
        "date",
        required=True,
        phrases=phrases(
            (
                1.0,
                "invoice date; date of invoice; date of issue; issue date; rechnungsdatum; ausstellungsdatum; "
                "date de facture; date facture; date de facturation; date d emission; factuurdatum; credit "
                "note date",
            ),
            (0.97, "beleg datum; belegdatum; rechnung vom"),
            (0.95, "issued at; issued on; bill date"),
            (0.92, "datum"),
            (0.9, "issued; date; dated; vom; document date"),
            (0.8, "tax date"),
            (0.75, "von; den"),
            (0.7, "druckdatum"),
            (0.6, "le"),
        ),
        patterns={rf"\b\w*{_INVOICE}\w*\b.* (?:vom|von|du|dated|issued at|issued on|date)$": 0.97},
    ),
    FieldRule(
        "due_date",
        "date",
        phrases=phrases(
            (
                1.0,
                "due date; payment due; payable by; date due; falligkeit; fallig am; falligkeitsdatum; "
                "zahlbar bis; zahlung bis; bitte uberweisen sie bis zum; zu zahlen bis; date d echeance; "
                "echeance; please remit until; a regler avant le; vervaldatum",
            ),
            (0.97, "ohne abschlag bis; ohne abzug bis"),
            (0.95, "due; due on; due by; pay by; zahlungsziel"),
            (0.9, "fallig; amount due on; total amount due on"),
        ),
        patterns={
            r"\b(?:zahl\w*|uberweis\w*|begleich\w*|remit|pay\w*)\b.*\b(?:bis|until|by|before|am)(?: zum| den)?$": 0.97
        },
    ),
    FieldRule(
        "other_date",
        "date",
        kept=False,
        phrases=phrases(
            (
                1.0,
                "date of delivery; delivery date; lieferdatum; leistungsdatum; liefer und leistungsdatum; "
                "leistungs datum; liefer bzw leistungsdatum; order date; bestelldatum; bestell datum; "
                "lieferschein datum; auftrag datum; auftragsdatum; auftrag datum lief; abrechnungszeitraum; "
                "leistungszeitraum; billing period; bis; skonto bis; orderdatum; date de livraison; date de "
                "commande; ship date; payment date; period; to; zeitraum; schreiben vom; bestellung vom; "
                "lieferung vom; ihrer bestellung vom; lieferschein vom; statement date; geburtsdatum; "
                "versanddatum; facture liee; virement; wire transfer; reklamationsschreibens vom; telefonats "
                "vom; zahlungseingang; berechnungszeitraum",
            ),
        ),
    ),
    FieldRule("seller", "text"),
    FieldRule("buyer", "text"),
    FieldRule("seller_tax_id", "vat_id"),
    FieldRule("iban", "iban"),
    FieldRule("currency", "currency"),
    FieldRule(
        "net_total",
        "amount",
        phrases=phrases(
            (
                1.0,
                "net total; total net; total excl vat; total excluding vat; total before tax; nettosumme; "
                "summe netto; gesamt netto; rechnungssumme ohne ust; summe ohne ust; gesamtbetrag netto; "
                "gesamtnetto; total ht; total hors taxes; untaxed amount; netto gesamt; total net ht; "
                "gesamtsumme netto",
            ),
            (0.97, "exclusief btw"),
            (0.96, "nettobetrag"),
            (0.95, "net amount; amount excl vat"),
            (0.93, "subtotal; sub total"),
            (0.9, "netto; zwischensumme; montant ht; sous total"),
            (0.85, "net; taxable amount"),
            (0.8, "subtotaal; positionssumme"),
            (0.75, "warenwert"),
            (0.6, "basisbetrag"),
        ),
        patterns={r"\b(?:summe|betrag|total|gesamt\w*)\b.*\b(?:netto|ohne|exkl|zzgl|excl\w*|ht)\b": 0.95},
    ),
    FieldRule(
        "tax_total",
        "amount",
        phrases=phrases(
            (
                1.0,
                "vat total; total vat; tax total; total tax; ust gesamt; summe mwst; summe ust; gesamtsteuer; "
                "total tva; total taxes",
            ),
            (0.97, "steuerbetrag; steuerbetrag in; montant tva"),
            (0.95, "sales tax; mwst betrag; zzgl mwst; zzgl ust; zuzuglich mwst; enthaltene mwst"),
            (0.92, "vat amount; tax amount; mehrwertsteuer; umsatzsteuer; ust betrag; plus vat"),
            (0.9, "btw"),
            (0.88, "vat; tax; mwst; ust; tva; gst"),
            (0.85, "steuer"),
        ),
        patterns={
            r"^(?:zzgl|zuzuglich|plus|enthaltene?|inkl|incl|davon|taxe?|tva|vat|mwst|ust)\b.*\b(?:mwst|ust|mehrwertsteuer|"
            r"umsatzsteuer|vat|tva|tax|on)\b": 0.9
        },
    ),
    FieldRule(
        "gross_total",
        "amount",
        required=True,
        phrases=phrases(
            (
                1.0,
                "grand total; invoice total; total gross; gross total; total incl vat; total including vat; "
                "total for this invoice; rechnungsbetrag; bruttosumme; gesamt brutto; summe brutto; "
                "rechnungsendbetrag; gesamtbetrag brutto; total ttc; total general; gesamtrechnungsbetrag; "
                "total facture",
            ),
            (
                0.97,
                "gross amount; gesamtbetrag; gesamtsumme; endbetrag; bruttobetrag; endsumme; rechnungssumme; "
                "montant ttc",
            ),
            (0.95, "total amount; total eur; total usd"),
            (0.92, "total; total payable; total amount due; totaal"),
            (0.9, "brutto; zu zahlender betrag; gesamt; net a payer; te betalen"),
            (0.88, "total due; amount payable; zu zahlen"),
            (0.86, "amount due; due payable"),
            (0.85, "summe; gesamtpreis"),
            (0.84, "zahlbetrag"),
            (0.8, "balance due"),
            (0.6, "betrag"),
        ),
        patterns={r"\b(?:summe|betrag|total|gesamt\w*)\b.*\b(?:brutto|inkl\w*|incl\w*|ttc)\b": 0.97},
    ),
    FieldRule(
        "other_amount",
        "amount",
        kept=False,
        phrases=phrases(
            (
                1.0,
                "gesamtbetrag der zuschlage; gesamtbetrag der abschlage; discount; rabatt; skonto; shipping; "
                "versand; versandkosten; fracht; paid; amount paid; anzahlung; erhaltene anzahlungen; offene "
                "zahlungen; residual; solde a payer; deposit; acompte; credits; leergutwert; einzelpreis; "
                "unit price; prix unitaire; preis; price; nettopreis; menge; quantity; qty; charges; "
                "bruttopreis; rechnungsrabatt; transportkosten; indemnite forfaitaire de recouvrement; "
                "capital de; steuersatz; mwst satz; basis; stammkapital",
            ),
        ),
    ),
    FieldRule("description", "text", item=True),
    FieldRule("quantity", "quantity", item=True),
    FieldRule("unit_price", "amount", item=True),
    FieldRule("amount", "amount", item=True),
)
AMOUNTS = labels_of(FIELDS, "amount")
DATES = labels_of(FIELDS, "date")
NUMBERS = labels_of(FIELDS, "identifier")
PARTIES = Labels(
    {
        "seller": phrases(
            (0.95, "seller; verkäufer; rechnungssteller; vendeur"),
            (0.93, "lieferant; vendor; sold by; supplier; fournisseur; auftragnehmer; leistungserbringer"),
            (0.9, "service provider; issuer"),
            (0.85, "absender"),
            (0.8, "from"),
        ),
        "buyer": phrases(
            (
                0.95,
                "buyer; käufer; käufer leistungsempfänger; bill to; billed to; rechnungsempfänger; "
                "acheteur; facturé à; leistungsempfänger",
            ),
            (0.93, "sold to; rechnung an; billing address; bill to address; adresse de facturation"),
            (0.9, "rechnungsadresse; auftraggeber"),
            (0.88, "customer; kunde; client"),
        ),
        "neither": phrases(
            (
                1.0,
                "warenempfänger; abweichender warenempfänger; abweichender zahlungsempfänger; ship to; "
                "shipping address; adresse de livraison; delivery address; steuerbevollmächtigter des "
                "verkäufers",
            ),
        ),
    },
    # Too like "Tax invoice B" to be matched fuzzily.
    patterns={"buyer": {r"\binvoice to$": 0.95}},
)


def read(transcript: Transcript, settings: RecordsSettings) -> list[Field]:
    amounts = candidates.labelled(transcript, transcript.amounts, AMOUNTS)
    nets, taxes, grosses = (candidates.of(amounts, name) for name in ("net_total", "tax_total", "gross_total"))
    taxes += candidates.implied_taxes(transcript.amounts, nets, grosses)
    net, tax, gross = candidates.consistent_totals(nets, taxes, grosses, settings.tolerance)
    seller, buyer = choose_parties(transcript)
    issued, due = choose_dates(transcript)
    chosen = [
        choose_number(transcript),
        issued,
        due,
        seller,
        buyer,
        identifiers.find_vat_id(transcript),
        identifiers.find_iban(transcript),
        money.currency_of(transcript, gross or net),
        net,
        tax,
        gross,
    ]
    totals = [c.number for c in (net, gross) if c is not None]
    sums = [total - less for total in totals for less in (0.0, tax.number if tax is not None else 0.0)]
    items = line_items(transcript, sums, settings.tolerance)
    return [candidates.as_field(c) for c in chosen if c is not None] + items


def choose_number(transcript: Transcript) -> Candidate | None:
    """The best labelled number: near the top and with more than two characters before others."""
    found = candidates.labelled(transcript, transcript.identifiers, NUMBERS)
    options = [c for c in candidates.of(found, "invoice_number") if not normalise.vat_id(c.value)]
    total = max(len(transcript.rows), 1)
    return candidates.best(
        candidates.less_sure(c, (1 - 0.1 * c.row / total) * (1.0 if len(c.value) > 2 or "left" in c.rule else 0.7))
        for c in options
    )


def choose_dates(transcript: Transcript) -> tuple[Candidate | None, Candidate | None]:
    """The dates of issue and of payment; without a label the first date of the page is that of issue."""
    found = candidates.labelled(transcript, transcript.dates, DATES)
    due = candidates.best(candidates.of(found, "due_date"))
    total = max(len(transcript.rows), 1)
    issued = candidates.best(
        candidates.less_sure(c, 1 - 0.15 * c.row / total) for c in candidates.of(found, "issue_date")
    )
    if issued is None:
        named = {id(c.source) for c in found}
        first = next((v for v in transcript.dates if id(v) not in named), None)
        if first is not None:
            issued = Candidate("issue_date", first.value, first.span, 0.5 * first.doubt, "first_date", first.row, first)
    return issued, due


def choose_parties(transcript: Transcript) -> tuple[Candidate | None, Candidate | None]:
    """Seller and buyer by their labels; else the letterhead's first name, and the name in the address window."""
    found = parties.below_label(transcript, PARTIES)
    seller, buyer = candidates.best(candidates.of(found, "seller")), candidates.best(candidates.of(found, "buyer"))
    if buyer is None and (block := parties.window_block(transcript)):
        buyer = Candidate("buyer", block[0].text, block[0], 0.75, "address_window")
    if seller is None:
        seller = parties.letterhead(transcript, buyer)
    return seller, buyer


TYPE = DocumentType(
    name="invoice",
    evidence={
        r"\binvoices?\b|\b\w*rechnung\b|\bfacture\b|\bfactuur\b|r e c h n u n g": 2.0,
        r"\bcredit note\b|\bgutschrift\b|\bavoir\b|rechnungs-?korrektur": 1.5,
        r"\binvoice (?:no|number|#|date|id)|rechnungs?-?(?:nr|nummer|datum)|\brechnung (?:nr|#)"
        r"|facture n°|factuurnummer|beleg-?nr": 1.8,
        r"\biban\b|\bbic\b|\bswift\b": 1.2,
        r"\bdue date\b|\bpayment terms\b|zahlbar|zahlungsbedingung|fällig|échéance|please remit|überweisen": 1.2,
        r"\bvat\b|\bmwst\b|\bust\b|umsatzsteuer|\btva\b|\bbtw\b|\bust-?id": 1.0,
        r"\bbill to\b|\bbilling address\b|käufer|rechnungsempfänger|kunden-?(?:nr|nummer)"
        r"|customer (?:no|number)|klantnummer": 1.0,
        r"\bgrand total\b|\bgesamtbetrag\b|\brechnungsbetrag\b|\btotal ttc\b|\bbruttosumme\b"
        r"|\bendbetrag\b|\bamount due\b": 0.8,
        r"\bunit price\b|\beinzelpreis\b|\bnettopreis\b|\bprix\b|\bquantity\b|\bmenge\b": 0.6,
        r"\bcashier\b|\bcash\b|\bchange\b|\brounding\b": -1.5,
        r"please come again|goods sold|thank you": -1.0,
        r"\bthis agreement\b|\bhereby agree|\bthe parties\b": -3.0,
    },
    fields=FIELDS,
    identity=(("invoice_number", "seller"),),
    sender="seller",
    read=read,
    rules=(
        rules.adds_up(("net_total", "tax_total"), "gross_total"),
        rules.items_sum_to("net_total", "gross_total", tax="tax_total"),
        rules.quantities_multiply,
        rules.in_order("issue_date", "due_date"),
        rules.plausible_date("issue_date"),
        rules.one_currency,
    ),
)
