"""Frequent given and family names of the regions that people in the demo town come from.

Each list holds names that are common in the region (population-wide name statistics,
spelled as in papers). Persons are put together from them at random: nobody is real.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Region:
    """Names of a region, the language its people write in, and its share of the town."""

    language: str
    spoken: tuple[str, ...]
    share: float
    female: tuple[str, ...]
    male: tuple[str, ...]
    family: tuple[str, ...]


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


REGIONS = (
    Region(
        "uk", ("uk", "ru"), 0.30,
        _names("Olena Iryna Oksana Natalia Tetiana Svitlana Anna Maria Yulia Kateryna Viktoria "
               "Daryna Sofia Anastasia Solomia Nadia Larysa Halyna"),
        _names("Oleksandr Andrii Serhii Dmytro Mykola Ivan Volodymyr Maksym Artem Bohdan Danylo "
               "Yurii Taras Vasyl Petro Oleh"),
        _names("Shevchenko Bondarenko Kovalenko Tkachenko Kravchenko Oliinyk Boiko Melnyk Lysenko "
               "Marchenko Rudenko Savchenko Moroz Petrenko Klymenko Hrytsenko Panchenko Polishchuk"),
    ),
    Region(
        "ar", ("ar",), 0.26,
        _names("Fatima Aisha Maryam Amina Zeinab Hanan Rania Rima Nour Lina Huda Samira Layla Sara "
               "Yasmin Iman Salma Dalal"),
        _names("Mohammad Ahmad Mahmoud Ali Hassan Khaled Omar Yousef Ibrahim Mustafa Abdullah Samer "
               "Bassam Tarek Walid Anas Karim Firas"),
        _names("Alahmad Almohammad Alhassan Alkhalaf Alali Hamdan Darwish Haddad Khatib Najjar Saleh "
               "Mansour Ibrahim Qasim Shaheen Halabi Masri Jaber"),
    ),
    Region(
        "fa-AF", ("fa-AF", "ps"), 0.14,
        _names("Zahra Fatima Maryam Shukria Farida Nasrin Parwin Laila Zainab Masuma Freshta Habiba "
               "Nargis Sakina"),
        _names("Mohammad Ahmad Reza Ali Habib Rahim Karim Najib Farid Jawad Mirwais Hamid Nasir Zaki"),
        _names("Ahmadi Rezai Hosseini Haidari Karimi Rahimi Mohammadi Nazari Sharifi Amiri Yousufi "
               "Azizi Noori Safi"),
    ),
    Region(
        "ps", ("ps", "fa-AF"), 0.04,
        _names("Gulalai Palwasha Zarghuna Spozhmai Malalai Shaista"),
        _names("Gul Wali Sher Zalmai Hamidullah Najibullah Ajmal Ehsanullah"),
        _names("Stanikzai Wardak Zadran Mangal Ahmadzai Safi Momand Sahak"),
    ),
    Region(
        "tr", ("tr", "ku"), 0.08,
        _names("Fatma Ayşe Emine Zeynep Elif Meryem Hatice Özlem Gülay Sevgi"),
        _names("Mehmet Mustafa Ahmet Ali Hüseyin Hasan İbrahim Yusuf Murat Emre"),
        _names("Yılmaz Kaya Demir Şahin Çelik Yıldız Aydın Öztürk Arslan Doğan"),
    ),
    Region(
        "ku", ("ku", "ar", "tr"), 0.06,
        _names("Berfîn Rojîn Zîlan Evîn Gulistan Hêvî Jiyan Nesrîn"),
        _names("Azad Baran Dilşad Hoger Rêbîn Serhat Şivan Welat"),
        _names("Bozan Hesen Osman Xelîl Mirad Şêxo Silêman Elî"),
    ),
    Region(
        "ti", ("ti",), 0.06,
        _names("Selam Helen Almaz Senait Saba Rahel Feven Eden Lemlem Mebrat"),
        _names("Tesfay Yohannes Filmon Merhawi Samuel Dawit Abraham Robel Henok Kibrom"),
        _names("Tesfamariam Gebremedhin Haile Kidane Tekle Berhane Weldeab Ghebreyesus Araya Mehari"),
    ),
    Region(
        "so", ("so",), 0.04,
        _names("Hodan Ifrah Sahra Amina Fadumo Hibo Nasra Ayan"),
        _names("Abdi Mohamed Ahmed Hassan Ali Yusuf Abdirahman Ismail"),
        _names("Warsame Farah Hassan Ali Abdi Mohamud Jama Nur"),
    ),
    Region(
        "fr", ("fr",), 0.02,
        _names("Aminata Fatou Mariama Awa Kadiatou Aïssatou"),
        _names("Mamadou Ibrahima Ousmane Abdoulaye Alpha Boubacar"),
        _names("Diallo Bah Barry Traoré Camara Sow"),
    ),
)  # fmt: skip

VOLUNTEERS_FEMALE = _names(
    "Monika Sabine Petra Ursula Claudia Susanne Birgit Renate Julia Lena Karin"
)
VOLUNTEERS_MALE = _names("Thomas Michael Andreas Wolfgang Klaus Jürgen Peter Stefan Jonas Bernd")
VOLUNTEERS_FAMILY = _names(
    "Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Koch Bauer Richter"
)
