"""The demo town's sites, organisations, services and what is said in it: all of it invented."""

from __future__ import annotations

SITES = (
    ("Anschlussunterbringung Nordring", "follow_up_accommodation", 220),
    ("Anschlussunterbringung Am Mühlbach", "follow_up_accommodation", 140),
    ("Wohnungen in der Stadt", "follow_up_accommodation", 120),
    ("Gemeinschaftsunterkunft Hafenstraße", "shared_housing", 180),
    ("Neubau Lindenweg", "follow_up_accommodation", 150),
    ("Neubau Alte Gärtnerei", "follow_up_accommodation", 50),
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

# When services are open: days, from, to, remark. They are dealt out in turn; some are unknown.
OPENING_TIMES: tuple[tuple[tuple[str, str, str, str], ...], ...] = (
    (("MO,TU,TH,FR", "08:30", "12:00", ""), ("TH", "14:00", "18:00", "")),
    (("MO,WE", "09:00", "12:30", ""), ("", "", "", "und nach Vereinbarung")),
    (),
    (("TU", "15:00", "18:00", "offene Sprechstunde, ohne Anmeldung"),),
    (("MO,TU,WE,TH,FR", "08:00", "12:00", ""), ("MO,TU", "13:30", "15:30", "")),
    (("", "", "", "nur nach Vereinbarung"),),
    (("WE", "09:30", "11:30", "mit Kinderbetreuung"), ("SA", "10:00", "12:00", "")),
)
# What people answer on the status page, by language.
REPLIES = {
    "uk": "Дякую. Так, я можу прийти в четвер зранку. Візьму лист із собою.",
    "ar": "شكراً لكم. نعم، أستطيع الحضور يوم الخميس صباحاً، وسأحضر الرسالة معي.",
    "fa-AF": "تشکر. بلی، روز پنجشنبه صبح آمده می‌توانم. نامه را با خود می‌آورم.",
    "ps": "مننه. هو، د پنجشنبې سهار راتلای شم. لیک له ځان سره راوړم.",
    "tr": "Teşekkür ederim. Evet, perşembe sabahı gelebilirim. Mektubu getireceğim.",
    "ku": "Spas. Erê, ez dikarim roja pêncşemê sibehê werim. Ez ê nameyê bînim.",
    "ti": "የቐንየለይ። እወ፣ ሓሙስ ንግሆ ክመጽእ እኽእል እየ። ነቲ ደብዳቤ ከምጽኦ እየ።",
    "so": "Mahadsanid. Haa, subaxda khamiista waan imaan karaa. Warqadda waan keenayaa.",
    "fr": "Merci. Oui, je peux venir jeudi matin. J'apporterai la lettre.",
}
# By the number of the offer: what we ask, what the volunteer answers, whether we have read it.
OFFER_TALKS = {
    0: ("Guten Tag, vielen Dank für Ihr Angebot. Wann können wir Sie anrufen?",
        "Gern am Donnerstag ab 17 Uhr, sonst am Wochenende.", False),
    2: ("Guten Tag, eine Familie sucht jemanden zum Deutschüben. Passt der Dienstagabend?",
        "Ja, Dienstag ab 18 Uhr passt mir gut.", True),
    5: ("Guten Tag, wann möchten Sie nach Ihrer Pause wieder beginnen?", "", False),
}  # fmt: skip
NEXT_STEPS = (
    ("Zum Integrationskurs anmelden, die Unterlagen liegen bereit.", "person"),
    ("Bei der Kita nach einem Platz fragen.", "us"),
    ("Termin bei der Anerkennungsberatung vereinbaren.", "organisation"),
    ("Den Bescheid mitbringen, wir lesen ihn gemeinsam.", "person"),
    ("Eine Patin oder einen Paten für die Wohnungssuche finden.", "us"),
)
# Organisations that ask to be listed: one that is new, and one that is known already.
REGISTRATIONS = (
    {
        "organisation_name": "Fahrradwerkstatt Drehmoment",
        "about": "Wir reparieren Fahrräder gemeinsam mit Menschen, die neu in der Stadt sind.",
        "website": "drehmoment.demo.example",
        "street": "Werftstraße 4", "postal_code": "99999", "city": "Musterstadt",
        "email": "werkstatt@drehmoment.demo.example", "phone": "+497000000410",
        "address_public": "yes",
        "contact_name": "Jonas Becker", "contact_role": "Werkstattleitung", "contact_public": "no",
        "services": [{
            "_row": "r1",
            "service_name": "Offene Fahrradwerkstatt",
            "service_areas": ["community"],
            "service_need_community": ["meet_people", "sports"],
            "service_for": "Für alle, die neu in der Stadt sind",
            "service_languages": ["de", "en", "ar"],
            "service_cost": "kostenlos, Ersatzteile zum Selbstkostenpreis",
            "service_times": "Mittwoch 16 bis 19 Uhr",
            "service_free": "8",
        }],
        "publish": "OK", "confirm_by": "email",
    },
    {
        "organisation_name": "Familienzentrum Musterstadt",
        "about": "Treffpunkt für Familien mit Beratung und Kursen.",
        "street": "Lindenweg 2", "postal_code": "99999", "city": "Musterstadt",
        "email": "familienzentrum-musterstadt@demo.example",
        "address_public": "yes",
        "services": [{
            "_row": "r1",
            "service_name": "Hausaufgabenhilfe am Nachmittag",
            "service_areas": ["education"],
            "service_need_education": ["school_support"],
            "service_for": "Kinder der Klassen 1 bis 6",
            "service_languages": ["de", "uk", "ru"],
            "service_times": "Montag bis Donnerstag 14 bis 16 Uhr",
            "service_free": "5",
        }],
        "publish": "OK", "confirm_by": "phone",
    },
)  # fmt: skip
# A question of the form `help` that gets a hint, which is not yet in every language.
FORM_CHANGE = (
    "contact_times",
    {
        "de": "Wir rufen nur zu diesen Zeiten an.",
        "en": "We call at these times only.",
    },
)

# Kind of office, office, name, role, life areas, what for.
CONTACTS = (
    ("jobcenter", "Jobcenter Musterstadt", "Frau Sommer", "Teamleitung Leistung", ("work", "money"), "Weiterbewilligung, Eilfälle"),
    ("jobcenter", "Jobcenter Musterstadt", "Herr Winter", "Arbeitsvermittlung", ("work",), "Maßnahmen, Einstiegsqualifizierung"),
    ("immigration", "Ausländerbehörde", "Frau Keller", "Sachbearbeitung A–K", ("authorities",), "Fiktionsbescheinigung, Termine"),
    ("immigration", "Ausländerbehörde", "Herr Brandt", "Leitung", ("authorities",), "Grundsatzfragen"),
    ("police", "Polizeirevier Mitte", "Herr Blau", "Prävention", ("community",), "Vorträge, Verkehrserziehung"),
    ("town_hall", "Bürgeramt", "Frau Roth", "Meldewesen", ("authorities",), "Anmeldung, Meldebescheinigung"),
    ("town_hall", "Wohnungsamt", "Herr Stein", "Wohnberechtigung", ("housing",), "Wohnberechtigungsschein, Notfälle"),
    ("school", "Grundschule Mitte", "Frau Lenz", "Schulleitung", ("education",), "Anmeldung, Vorbereitungsklasse"),
    ("school", "Realschule am See", "", "Schulsozialarbeit", ("education", "family"), "Gespräche mit Eltern"),
    ("school", "Kita Sonnenhof", "Frau Maurer", "Leitung", ("childcare",), "Platzanfragen"),
    ("doctor", "Praxis Dr. Hahn", "Dr. Hahn", "Hausarzt", ("health",), "nimmt neue Familien auf"),
    ("doctor", "Kinderklinik", "Frau Dr. Vogt", "Sozialdienst", ("health", "family"), "Entlassung, Hilfsmittel"),
    ("interpreter", "Dolmetscherpool", "Frau Amiri", "Vermittlung", ("interpreting",), "Dari, Farsi, Paschtu"),
    ("interpreter", "Dolmetscherpool", "Herr Kassem", "Dolmetscher", ("interpreting",), "Arabisch, Kurdisch"),
    ("landlord", "Wohnbau Musterstadt", "Frau Fink", "Vermietung", ("housing",), "freie Wohnungen, Kautionen"),
    ("landlord", "Vermietung Huber", "Herr Huber", "privater Vermieter", ("housing",), "zwei Häuser am Bahnhof"),
    ("welfare", "Frauenhaus", "", "Beratung", ("family",), "Aufnahme, Schutz"),
    ("welfare", "Tafelladen", "Frau Berger", "Leitung", ("money", "community"), "Ausweise, Spenden"),
    ("welfare", "Schuldnerberatung des Landkreises", "Herr Graf", "Beratung", ("money",), "offene Sprechstunde"),
    ("other", "Sportverein 1895", "Frau Özdemir", "Integration durch Sport", ("community",), "Schnuppertraining"),
)  # fmt: skip
# What was spoken about, and what was agreed.
TALKS = (
    ("Neue Sprechzeiten, Termine wieder ohne Anmeldung.", "Aushang bis Ende des Monats"),
    ("Wartezeit liegt bei acht Wochen.", "Eilfälle bitte per Mail mit Betreff „Eilt“"),
    ("Wechsel in der Zuständigkeit ab nächstem Quartal.", ""),
    ("Gemeinsame Sprechstunde im Welcome-Center ist denkbar.", "Vorschlag für drei Termine"),
)  # fmt: skip
# Days ago (below zero: ahead), title, place, agenda, notes.
MEETINGS = (
    (95, "Runder Tisch Integration", "Rathaus, Saal 2", "Ankünfte, Kita-Plätze, Dolmetschen", "Alle Träger waren da. Die Kita-Frage bleibt die dringendste."),
    (26, "Austausch mit dem Jobcenter", "Jobcenter", "Weiterbewilligung, Eilfälle", "Eilfälle gehen künftig über eine Adresse."),
    (-12, "Runder Tisch Integration", "Rathaus, Saal 2", "Neue Standorte, Wohnraum", ""),
)  # fmt: skip
# What was decided, and how many days it may take.
DECISIONS = (
    ("Liste der Sprechzeiten an alle schicken", 14),
    ("Bedarf an Kita-Plätzen bis zum Herbst zusammenstellen", 60),
    ("Raum für die gemeinsame Sprechstunde klären", 90),
    ("Adresse für Eilfälle bekannt machen", 7),
    ("Merkblatt zur Weiterbewilligung in einfacher Sprache", 20),
    ("Ansprechperson für Selbstständige nennen", 30),
)  # fmt: skip
