"""Personal data that the exchange sends beside what a warehouse needs: none of it may appear in any output."""

from __future__ import annotations

NAME = "Erika Mustermann-Beispiel"
EMAIL = "erika.mustermann@example.org"
PHONE = "+49 30 5550 4711"
ADDRESS = "Heidestrasse 17, 51147 Beispielstadt"
BANK_ACCOUNT = "DE02120300000000202051"

PERSONAL_DATA = (NAME, EMAIL, PHONE, ADDRESS, BANK_ACCOUNT)
