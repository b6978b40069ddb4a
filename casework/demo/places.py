"""The demo town's sites, organisations and services: all of them invented."""

from __future__ import annotations

SITES = (
    ("Anschlussunterbringung Nordring", "follow_up_accommodation", 160, 0),
    ("Anschlussunterbringung Am Mühlbach", "follow_up_accommodation", 140, 0),
    ("Wohnungen in der Stadt", "follow_up_accommodation", 120, 0),
    ("Gemeinschaftsunterkunft Hafenstraße", "shared_housing", 180, 0),
    ("Neubau Lindenweg", "follow_up_accommodation", 150, 150),
    ("Neubau Alte Gärtnerei", "follow_up_accommodation", 50, 50),
)

PARTNERS = ("Caritasverband Musterstadt", "Diakonisches Werk Musterstadt")

# Organisation, services with the need categories they help with, and their places.
PROVIDERS: tuple[tuple[str, tuple[tuple[str, tuple[str, ...], int], ...]], ...] = (
    ("Volkshochschule Musterstadt", (
        ("Integrationskurs", ("integration_course",), 25),
        ("Berufssprachkurs B2", ("work_language_course", "language_exam"), 18),
        ("Alphabetisierungskurs", ("literacy",), 14),
    )),
    ("Sprachtreff am Markt", (
        ("Sprachcafé", ("conversation", "meet_people"), 40),
        ("Deutschkurs mit Kinderbetreuung", ("course_with_childcare",), 10),
    )),
    ("Jobcenter Musterstadt", (
        ("Arbeitsvermittlung", ("job_search", "application"), 60),
        ("Leistungsberatung", ("benefits_application", "benefits_problem", "housing_costs"), 60),
    )),
    ("Handwerkskammer, Beratungsstelle", (
        ("Anerkennungsberatung", ("recognition",), 12),
        ("Ausbildungslotsen", ("apprenticeship",), 20),
    )),
    ("Schulamt Musterstadt", (
        ("Schulplatzvermittlung", ("school_place", "school_talk"), 30),
        ("Bildung und Teilhabe", ("school_costs",), 50),
    )),
    ("Kita-Verbund Musterstadt", (
        ("Kita-Anmeldung", ("kita_place", "childcare_costs"), 8),
        ("Spielgruppe", ("childcare_short", "early_support"), 15),
    )),
    ("Wohnraumfachstelle", (
        ("Wohnungssuche", ("flat_search", "housing_permit"), 12),
        ("Wohnungssicherung", ("housing_loss", "rental_contract"), 20),
    )),
    ("Psychosoziales Zentrum", (
        ("Traumaberatung", ("mental_health",), 6),
    )),
    ("Gesundheitsamt Musterstadt", (
        ("Clearingstelle Gesundheit", ("doctor", "health_insurance"), 30),
        ("Schwangerenberatung", ("pregnancy",), 20),
    )),
    ("Schuldnerberatung Musterstadt", (
        ("Schulden- und Insolvenzberatung", ("debt", "contracts"), 10),
    )),
    ("Migrationsberatung Musterstadt", (
        ("Migrationsberatung für Erwachsene (MBE)", ("official_letter", "forms", "residence_permit"), 25),
        ("Asyl- und Aufenthaltsrecht", ("legal_advice", "travel_document", "residence_rule"), 10),
    )),
    ("Familienzentrum Musterstadt", (
        ("Elternberatung", ("parenting", "youth", "partnership"), 16),
        ("Frauencafé", ("women_group",), 24),
    )),
    ("Dolmetscherpool Musterstadt", (
        ("Dolmetschen bei Terminen", ("interpreter_meeting", "interpreter_phone", "accompaniment"), 20),
    )),
    ("Sportverein Musterstadt 1904", (
        ("Sport für alle", ("sports", "children_leisure"), 60),
    )),
)  # fmt: skip

NEED_TEXTS: dict[str, tuple[str, ...]] = {
    "uk": (
        "Нам потрібна допомога з листом від установи, ми його не розуміємо.",
        "Шукаю курс німецької мови, коли діти в садку.",
    ),
    "ar": (
        "أحتاج إلى مكان في الروضة لابنتي حتى أستطيع حضور دورة اللغة.",
        "نبحث عن شقة منذ سنة، نحن خمسة أشخاص.",
    ),
    "fa-AF": (
        "برای دختر خود در مکتب جای پیدا کرده نمی‌توانیم.",
        "نامه‌یی از اداره آمده که نمی‌فهمیم.",
    ),
    "ps": ("د ژبې کورس ته اړتیا لرم، خو د ماشومانو ساتنه نه لرم.",),
    "tr": ("Mesleğimin burada tanınmasını istiyorum, nereye başvuracağımı bilmiyorum.",),
    "ku": ("Ez li xebatê digerim û ji bo serlêdanê alîkarî divê.",),
    "ti": ("ንቆጸራ ምስ ሓኪም ተርጓሚ የድልየኒ።",),
    "so": ("Waxaan u baahanahay caawimaad xagga warqadaha xafiiska.",),
    "fr": ("Je cherche un médecin et quelqu'un qui m'accompagne.",),
}

FOLLOW_UPS = (
    "Anruf: Hat der Kurs begonnen?",
    "Bescheid vom Jobcenter nachfragen",
    "Unterlagen für die Kita-Anmeldung vollständig?",
    "Rückmeldung zur Wohnungsbesichtigung",
)
MESSAGES = (
    "Guten Tag, wir haben Ihre Anfrage gelesen und suchen eine passende Stelle.",
    "Können Sie nächste Woche zu einem Gespräch kommen?",
    "Bitte bringen Sie den Brief zum Termin mit.",
)
APPOINTMENTS = ("Erstgespräch", "Gespräch zum Integrationsplan", "Hilfe mit einem Brief")
