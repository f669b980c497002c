"""The same 6,000 people and 48,000 assessments for both; knows neither product."""

import random
import zlib

PEOPLE, PERIODS, SOURCES = 6_000, 4, ("supervisor", "subordinate")
MONTHS = {number: (3 * number - 2, 3 * number) for number in range(1, PERIODS + 1)}  # of 2026, the quarters'


def people():
    """(id, NIP, name, jenjang, id of the supervisor) of each: functional PNS under one head."""
    chance = random.Random(1)
    for number in range(1, PEOPLE + 1):
        jenjang = chance.choice(("PT", "MU", "MH"))
        yield number, f"{number:018d}", f"Pegawai {number}", jenjang, None if number == 1 else 1


def assessments(period):
    """(employee, source, assessor, work score, behaviour score) of a period, whole scores from 70 to 119."""
    chance = random.Random(period)
    for number in range(1, PEOPLE + 1):
        for source in SOURCES:
            yield number, source, number % PEOPLE + 1, chance.randint(70, 119), chance.randint(70, 119)


def digest(rows):
    """A number for the results, so that both must have reached the same."""
    return zlib.crc32(repr(sorted(map(tuple, rows))).encode())
