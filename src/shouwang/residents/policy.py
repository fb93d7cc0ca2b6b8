"""Named numbers and vocabularies of the register of residents: needs, documents, limits, reasons for a reveal."""

from __future__ import annotations

from datetime import date

NEEDS: dict[str, tuple[str, str]] = {
    "lives_alone": ("独居", "lives alone"),
    "over_80": ("80岁以上", "over 80"),
    "disabled": ("残疾", "disabled"),
    "pregnant": ("孕产妇", "pregnant"),
    "infant": ("婴幼儿", "infant"),
    "chronic_illness": ("慢性病", "chronic illness"),
    "dialysis": ("透析", "dialysis"),
    "minority_diet": ("少数民族饮食", "minority diet"),
    "no_phone": ("无手机", "no phone"),
}
"""What a person may need help with: code → (zh, en). Files may name a need by its code or in either language."""

NEEDS_SAID_OTHERWISE: dict[str, str] = {
    "独居老人": "lives_alone",
    "高龄": "over_80",
    "八十岁以上": "over_80",
    "残障": "disabled",
    "残疾人": "disabled",
    "孕妇": "pregnant",
    "婴儿": "infant",
    "慢病": "chronic_illness",
    "血透": "dialysis",
    "血液透析": "dialysis",
    "清真": "minority_diet",
    "没有手机": "no_phone",
    "无电话": "no_phone",
}
"""Other words for needs that community workers write in their lists."""

SEXES: dict[str, str] = {"male": "male", "m": "male", "男": "male", "female": "female", "f": "female", "女": "female"}

DOCUMENT_KINDS: dict[str, tuple[str, str]] = {
    "P": ("护照", "passport"),
    "HM": ("港澳居民来往内地通行证", "mainland travel permit of Hong Kong and Macau residents"),
    "TW": ("台湾居民来往大陆通行证", "mainland travel permit of Taiwan residents"),
    "FR": ("外国人永久居留证", "foreign permanent resident card"),
    "OTHER": ("其他证件", "another document"),
}
"""Documents other than the resident ID card: written `P:E12345678`. Residence permits with 18 digits and a check digit
(Hong Kong, Macau and Taiwan residents since 2018, foreigners since 2023) follow the ID card's own standard."""

DOCUMENT_KINDS_SAID_OTHERWISE: dict[str, str] = {
    "护照": "P",
    "港澳通行证": "HM",
    "回乡证": "HM",
    "台胞证": "TW",
    "永居证": "FR",
    "其他": "OTHER",
}

EARLIEST_BIRTH = date(1890, 1, 1)
"""Nobody alive in 2020 was born earlier; an earlier date is a slip of the keyboard."""

LONGEST_REF = 64
LONGEST_NAME = 100
LONGEST_LABEL = 60
"""Most characters of a building, unit, dwelling or household label."""

REVEAL_REASONS: dict[str, tuple[str, str]] = {
    "contact_tracing": ("流调排查", "contact tracing"),
    "care": ("上门照护", "care at home"),
    "delivery": ("配送物资", "delivery"),
    "check_identity": ("核对身份", "checking identity"),
    "tell_family": ("联系家属", "telling the family"),
    "correct_record": ("更正登记", "correcting the record"),
    "other": ("其他", "something else"),
}
"""Why one field of one person may be shown in full: code → (zh, en)."""

SHORTEST_REVEAL_NOTE = 4
"""Characters of free text asked for beside the reason, so that it can be checked later."""

LONGEST_REVEAL_NOTE = 200

REVEALS_AN_HOUR = 60
"""One field of one person a minute, for an hour: more than any visit or call needs, far less than copying a list."""

PAGE_SIZE = 50
"""People on one page of a list."""

INVITATION_DAYS = 30
"""How long an invitation can be used: a sheet lies a while in the entrance hall."""

INVITATION_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which are taken for each other on paper and on the telephone."""

INVITATION_LENGTH = 12
"""Letters of an invitation: sixty bits, far beyond guessing at the pace allowed."""

PHONE_CODE_MINUTES = 10
PHONE_CODE_DIGITS = 6
PHONE_CODE_TRIES = 5
"""Wrong codes after which the right one no longer counts."""

SESSION_DAYS = 30
"""How long a resident stays signed in on a device."""

ADULT_FROM = 18
"""Completed years from which somebody answers for themselves and may see a household."""

LIMITS: dict[str, tuple[int, int]] = {
    "phone.minute": (1, 60),
    "phone.hour": (5, 3600),
    "address.codes": (60, 3600),
    "address.wrong": (30, 3600),
    "phone.wrong": (15, 3600),
}
"""What is counted → (how many, within how many seconds). One address may be a whole compound's behind one router."""

PEOPLE_A_SHEET = 200
"""Invitations made at once for one building or compound."""
