"""Makes the cases of this folder: `python specs/strips/make_cases.py`. Uses nothing of Shouwang, so that it cannot err
with it; keys and signatures are fixed (RFC 6979), so that the same cases come out each time."""

import cbor2
from by_hand import (
    CARD_LIST,
    CTI,
    DAY_LIST,
    EDWARDS,
    EDWARDS_KID,
    GOOD,
    IAT,
    KID,
    ORDER,
    OTHER,
    OTHER_KID,
    PAYLOAD,
    ROOT,
    ROOT_KID,
    SIGNATURE,
    STATUS,
    STATUS_KID,
    File,
    bare,
    card,
    cose,
    family,
    header,
    ok,
    raw_message,
    replaced,
    signature,
    signed,
    strip,
    text,
    without,
)


def profiles() -> File:
    file = File("Codes as they should be, in each profile and at its bounds.")
    file.add(
        "strip", "one person, four hours", text(GOOD), ok("strip", IAT + 14400, IAT, CTI, DAY_LIST, [[1234567, 0]])
    )
    for colour, word in enumerate(("green", "red", "yellow", "no colour")):
        claims = replaced(strip(), -65537, [DAY_LIST, 5, colour])
        file.add(
            f"strip-{word.replace(' ', '-')}",
            f"{word} at issue",
            signed(claims),
            ok("strip", IAT + 14400, IAT, CTI, DAY_LIST, [[5, colour]]),
        )
    for idx in (0, 23, 24, 255, 256, 65535, 65536, (1 << 24) - 1):
        claims = replaced(strip(), -65537, [DAY_LIST, idx, 0])
        file.add(
            f"strip-index-{idx}",
            f"index {idx}",
            signed(claims),
            ok("strip", IAT + 14400, IAT, CTI, DAY_LIST, [[idx, 0]]),
        )
    file.add(
        "strip-one-second",
        "valid for one second",
        signed(replaced(strip(), 4, IAT + 1)),
        ok("strip", IAT + 1, IAT, CTI, DAY_LIST, [[1234567, 0]]),
    )
    file.add(
        "strip-list-0",
        "the first day list",
        signed(replaced(strip(), -65537, [0, 9, 0])),
        ok("strip", IAT + 14400, IAT, CTI, 0, [[9, 0]]),
    )
    file.add(
        "strip-list-999999",
        "the last day list",
        signed(replaced(strip(), -65537, [999_999, 9, 0])),
        ok("strip", IAT + 14400, IAT, CTI, 999_999, [[9, 0]]),
    )
    file.add(
        "strip-long-ago",
        "times at the beginning of time: judging them is not the reader's",
        signed({**strip(), 4: 1, 6: 0}),
        ok("strip", 1, 0, CTI, DAY_LIST, [[1234567, 0]]),
    )
    late = (1 << 53) - 1
    file.add(
        "strip-far-future",
        "the latest second that every language reads exactly",
        signed({**strip(), 4: late, 6: late - 60}),
        ok("strip", late, late - 60, CTI, DAY_LIST, [[1234567, 0]]),
    )
    file.add(
        "strip-by-the-other-key",
        "signed by another trusted strip key",
        signed(strip(), protected=header(kid=OTHER_KID), key=OTHER),
        ok("strip", IAT + 14400, IAT, CTI, DAY_LIST, [[1234567, 0]]),
        keys=("strip", "other_strip"),
    )
    high_s = SIGNATURE[:32] + (ORDER - int.from_bytes(SIGNATURE[32:], "big")).to_bytes(32, "big")
    file.add(
        "strip-other-s",
        "the other of the two s that hold for a signature",
        text(raw_message(header(), PAYLOAD, sign=high_s)),
        ok("strip", IAT + 14400, IAT, CTI, DAY_LIST, [[1234567, 0]]),
    )
    file.add(
        "card",
        "a printed card for ninety days, with a masked name",
        signed(card()),
        ok("card", IAT + 90 * 86400, IAT, None, CARD_LIST, [[7654321, 0]], "*伟 19"),
    )
    file.add(
        "card-red",
        "a card printed while red",
        signed(replaced(card(), -65537, [CARD_LIST, 1, 1])),
        ok("card", IAT + 90 * 86400, IAT, None, CARD_LIST, [[1, 1]], "*伟 19"),
    )
    file.add(
        "card-first-list",
        "the first card list",
        signed(replaced(card(), -65537, [1_000_000, 1, 0])),
        ok("card", IAT + 90 * 86400, IAT, None, 1_000_000, [[1, 0]], "*伟 19"),
    )
    file.add(
        "card-last-list",
        "the last card list",
        signed(replaced(card(), -65537, [1_999_999, 1, 0])),
        ok("card", IAT + 90 * 86400, IAT, None, 1_999_999, [[1, 0]], "*伟 19"),
    )
    file.add(
        "card-name-64-bytes",
        "the longest masked name",
        signed(card(name="*" + "伟" * 21)),
        ok("card", IAT + 90 * 86400, IAT, None, CARD_LIST, [[7654321, 0]], "*" + "伟" * 21),
    )
    file.add(
        "card-name-plane-1",
        "a name with a character beyond the basic plane",
        signed(card(name="*𠮷 58")),
        ok("card", IAT + 90 * 86400, IAT, None, CARD_LIST, [[7654321, 0]], "*𠮷 58"),
    )
    file.add(
        "family-4",
        "four of a household, of three colours",
        signed(family()),
        ok("family", IAT + 7200, IAT, CTI, DAY_LIST, [[11, 0], [22, 2], [33, 0], [44, 1]]),
    )
    file.add(
        "family-2",
        "the smallest family",
        signed(family([7, 0], [3, 0])),
        ok("family", IAT + 7200, IAT, CTI, DAY_LIST, [[7, 0], [3, 0]]),
    )
    six = [[n * 100_000, n % 4] for n in range(1, 7)]
    file.add("family-6", "the largest family", signed(family(*six)), ok("family", IAT + 7200, IAT, CTI, DAY_LIST, six))
    return file


def claims_of_no_profile() -> File:
    file = File("Rightly signed, but the claims fit no profile: malformed, whoever signed them.")
    bad = lambda name, says, claims: file.add(name, says, signed(claims), "malformed")  # noqa: E731
    s, c, f = strip(), card(), family()
    bad("strip-too-long", "valid for four hours and a second", replaced(s, 4, IAT + 14401))
    bad("strip-no-time", "ends when it begins", replaced(s, 4, IAT))
    bad("strip-backwards", "ends before it begins", replaced(s, 4, IAT - 1))
    bad("strip-time-as-fraction", "exp as a fraction", replaced(s, 4, IAT + 0.5))
    bad("strip-time-as-text", "iat as text", replaced(s, 6, str(IAT)))
    bad("strip-time-negative", "iat before 1970", {**s, 4: 100, 6: -1})
    bad("strip-time-too-large", "exp beyond what every language reads exactly", {**s, 4: 1 << 53, 6: (1 << 53) - 60})
    bad("strip-time-true", "iat is true", {**s, 4: 2, 6: True})
    for key, word in ((4, "exp"), (6, "iat"), (7, "cti"), (-65537, "entry")):
        bad(f"strip-without-{word}", f"no {word}", without(s, key))
    bad("strip-extra-claim", "a claim more", {4: s[4], 5: IAT, 6: IAT, 7: CTI, -65537: s[-65537]})
    bad("strip-extra-text-claim", "a claim with a name of text", {**s, "x": 1})
    bad("strip-cti-7-bytes", "cti is short", replaced(s, 7, CTI[:7]))
    bad("strip-cti-9-bytes", "cti is long", replaced(s, 7, CTI + b"x"))
    bad("strip-cti-text", "cti is text", replaced(s, 7, "01234567"))
    for name, entry in (
        ("empty", []),
        ("of-two", [DAY_LIST, 5]),
        ("of-four", [DAY_LIST, 5, 0, 0]),
        ("as-map", {1: 2}),
        ("as-number", 5),
        ("colour-4", [DAY_LIST, 5, 4]),
        ("colour-negative", [DAY_LIST, 5, -1]),
        ("colour-null", [DAY_LIST, 5, None]),
        ("colour-false", [DAY_LIST, 5, False]),
        ("index-too-large", [DAY_LIST, 1 << 24, 0]),
        ("index-negative", [DAY_LIST, -1, 0]),
        ("index-fraction", [DAY_LIST, 5.0, 0]),
        ("list-negative", [-1, 5, 0]),
        ("list-of-cards", [CARD_LIST, 5, 0]),
        ("list-as-text", ["18425", 5, 0]),
    ):
        bad(f"strip-entry-{name}", f"list, index and colour: {name.replace('-', ' ')}", replaced(s, -65537, entry))
    bad("strip-with-name", "a strip with a masked name", {4: s[4], 6: IAT, 7: CTI, -65537: s[-65537], -65538: "*伟"})
    bad("strip-and-family", "a strip that is a family too", {**s, -65539: f[-65539]})
    bad("card-too-long", "valid for ninety days and a second", replaced(c, 4, IAT + 90 * 86400 + 1))
    bad("card-without-name", "a card without a name: a strip without a number", without(c, -65538))
    bad("card-with-cti", "a card with a number", {4: c[4], 6: IAT, 7: CTI, -65537: c[-65537], -65538: c[-65538]})
    bad("card-of-day-list", "a card on the list of a day", replaced(c, -65537, [DAY_LIST, 5, 0]))
    bad("card-list-too-large", "a list beyond the last", replaced(c, -65537, [2_000_000, 5, 0]))
    bad("card-name-empty", "an empty name", replaced(c, -65538, ""))
    bad("card-name-65-bytes", "a name too long", replaced(c, -65538, "伟" * 21 + "**"))
    bad("card-name-newline", "a name with a line break", replaced(c, -65538, "*伟\n19"))
    bad("card-name-delete", "a name with a control character", replaced(c, -65538, "*伟\x7f"))
    bad("card-name-c1", "a name with a control character of the second set", replaced(c, -65538, "*伟\x85"))
    bad("card-name-bytes", "a name as bytes", replaced(c, -65538, b"*W 19"))
    bad("family-1", "a family of one", family([1, 0]))
    bad("family-7", "a family of seven", family(*[[n, 0] for n in range(7)]))
    bad("family-0", "a family of nobody", replaced(f, -65539, [DAY_LIST]))
    bad("family-twice", "the same person twice", family([1, 0], [2, 0], [1, 0]))
    bad("family-too-long", "valid for four hours and a second", replaced(f, 4, IAT + 14401))
    bad("family-without-cti", "a family without a number", without(f, 7))
    bad("family-flat", "members not in pairs", replaced(f, -65539, [DAY_LIST, 1, 0, 2, 0]))
    bad("family-member-of-three", "a member with something more", family([1, 0, 0], [2, 0]))
    bad("family-list-of-cards", "on a list of cards", replaced(f, -65539, [CARD_LIST, [1, 0], [2, 0]]))
    bad("nothing", "no claims", {})
    file.add("claims-as-array", "claims in an array", signed(cbor2.dumps([1, 2, 3])), "malformed")
    file.add("claims-as-number", "a number instead of claims", signed(b"\x05"), "malformed")
    file.add("claims-empty", "no bytes instead of claims", signed(b""), "malformed")
    return file


def encodings() -> File:
    file = File("Not the one encoding (RFC 8949 4.2.1), or not the one form of a COSE_Sign1: malformed.")
    bad = lambda name, says, message: file.add(name, says, text(message), "malformed")  # noqa: E731
    h, p = header(), PAYLOAD
    bad("key-order", "claims out of order", cose(cbor2.dumps(dict(reversed(strip().items())))))
    bad("key-twice", "iat stands twice", cose(b"\xa5" + p[1:13] + p[7:]))
    bad(
        "long-number",
        "a number longer than it need be",
        cose(p.replace(cbor2.dumps(1234567), bytes.fromhex("1b000000000012d687"))),
    )
    bad("long-zero", "colour 0 in two bytes", cose(p[:-1] + b"\x18\x00"))
    bad("long-map", "the size of the map in two bytes", cose(b"\xb8\x04" + p[1:]))
    bad("endless-map", "a map without a length", cose(b"\xbf" + p[1:] + b"\xff"))
    bad("endless-array", "an entry without a length", cose(p.replace(b"\x83\x19", b"\x9f\x19") + b"\xff"))
    bad(
        "endless-bytes",
        "a number of the strip in pieces",
        cose(p.replace(b"\x48" + CTI, b"\x5f\x44" + CTI[:4] + b"\x44" + CTI[4:] + b"\xff")),
    )
    bad("payload-left-over", "a byte after the claims", cose(p + b"\x00"))
    bad("payload-cut", "the claims are cut short", cose(p[:-1]))
    bad("payload-tagged", "tagged times", cose(cbor2.dumps({**strip(), 4: cbor2.CBORTag(1, IAT + 60)})))
    bad(
        "payload-bignum", "a number as a big number", cose(p.replace(cbor2.dumps(1234567), bytes.fromhex("c24312d687")))
    )
    bad("payload-reserved", "a reserved head", cose(p[:-1] + b"\x1c"))
    bad(
        "payload-invalid-text",
        "a name that is not UTF-8",
        cose(cbor2.dumps(card()).replace("伟".encode(), b"\xff\xfe\xfd")),
    )
    bad("message-left-over", "a byte after the message", GOOD + b"\x00")
    bad("message-cut", "the message is cut short", GOOD[:-1])
    bad("message-tag-18", "a tag, which our own codes go without", b"\xd2" + GOOD)
    bad("message-tag-61", "a tag of a web token", b"\xd8\x3d\xd2" + GOOD)
    bad("message-of-three", "a part is missing", b"\x83" + GOOD[1:-66])
    bad("message-of-five", "a part too many", b"\x85" + GOOD[1:] + b"\x00")
    bad("message-endless", "an array without a length", b"\x9f" + GOOD[1:] + b"\xff")
    bad("message-as-map", "a map", cbor2.dumps({1: 2}))
    bad("message-nested", "arrays in arrays in arrays", b"\x81" * 200 + b"\x00")
    bad("message-promise", "promises more than it holds", b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff")
    bad(
        "unprotected-kid",
        "the key's name stands where nobody protects it",
        raw_message(cbor2.dumps({1: -9}), p, unprotected=cbor2.dumps({4: KID})),
    )
    bad("unprotected-more", "something in the unprotected header", raw_message(h, p, unprotected=cbor2.dumps({5: 1})))
    bad("unprotected-twice", "the key's name in both headers", raw_message(h, p, unprotected=cbor2.dumps({4: KID})))
    bad("unprotected-null", "null instead of the unprotected header", raw_message(h, p, unprotected=b"\xf6"))
    bad("protected-order", "the protected header out of order", cose(p, protected=cbor2.dumps({4: KID, 1: -9})))
    bad("protected-long", "alg in more bytes than it need", cose(p, protected=b"\xa2\x01\x38\x08\x04\x48" + KID))
    bad("protected-twice", "alg stands twice", cose(p, protected=b"\xa3\x01\x28\x01\x28\x04\x48" + KID))
    bad("protected-left-over", "a byte after the protected header", cose(p, protected=h + b"\x00"))
    bad("protected-empty", "an empty protected header", cose(p, protected=b""))
    bad(
        "protected-more",
        "a type, which codes go without",
        cose(p, protected=cbor2.dumps({1: -9, 4: KID, 16: "sw/head"})),
    )
    bad("protected-crit", "something critical", cose(p, protected=cbor2.dumps({1: -9, 2: [4], 4: KID})))
    bad(
        "protected-as-map",
        "the protected header not wrapped",
        b"\x84" + h + b"\xa0" + cbor2.dumps(p) + b"\x58\x40" + SIGNATURE,
    )
    bad("protected-without-kid", "no name of a key", cose(p, protected=cbor2.dumps({1: -9})))
    bad("protected-without-alg", "no algorithm", cose(p, protected=cbor2.dumps({4: KID})))
    bad("kid-7-bytes", "the key's name is short", cose(p, protected=header(kid=KID[:7])))
    bad("kid-9-bytes", "the key's name is long", cose(p, protected=header(kid=KID + b"x")))
    bad("kid-text", "the key's name is text", cose(p, protected=cbor2.dumps({1: -9, 4: "strip-01"})))
    bad("alg-es256", "ES256 by its older number", cose(p, protected=header(alg=-7)))
    bad("alg-eddsa", "EdDSA", cose(p, protected=header(alg=-8), key=EDWARDS))
    bad("alg-ed25519", "Ed25519", cose(p, protected=header(alg=-19, kid=EDWARDS_KID), key=EDWARDS))
    bad("alg-es384", "ES384", cose(p, protected=header(alg=-35)))
    bad("alg-none", "algorithm 0", cose(p, protected=header(alg=0)))
    bad("alg-text", "the algorithm by a word", cose(p, protected=cbor2.dumps({1: "ES256", 4: KID})))
    bad("payload-null", "a payload to be given beside", b"\x84" + cbor2.dumps(h) + b"\xa0\xf6\x58\x40" + SIGNATURE)
    bad("payload-as-map", "the payload not wrapped", b"\x84" + cbor2.dumps(h) + b"\xa0" + p + b"\x58\x40" + SIGNATURE)
    bad("signature-63-bytes", "a signature cut short", raw_message(h, p, sign=SIGNATURE[:63]))
    bad("signature-65-bytes", "a signature too long", raw_message(h, p, sign=SIGNATURE + b"\x00"))
    bad(
        "signature-der",
        "a signature in the other encoding",
        raw_message(h, p, sign=b"\x30\x44" + SIGNATURE + b"\0" * 6),
    )
    bad("signature-empty", "no signature", raw_message(h, p, sign=b""))
    filler = cbor2.dumps({**card(), -65538: "x" * 300})
    bad("oversize", "401 bytes and more", cose(filler))
    return file


def texts() -> File:
    file = File("Not the text of a code at all: malformed.")
    good = text(GOOD)
    bad = lambda name, says, code: file.add(name, says, code, "malformed")  # noqa: E731
    bad("empty", "nothing", "")
    bad("prefix-only", "the prefix alone", "SW1:")
    bad("prefix-missing", "without the prefix", good[4:])
    bad("prefix-lower-case", "a prefix in small letters", "sw1:" + good[4:])
    bad("prefix-2", "another version", "SW2:" + good[4:])
    bad("prefix-of-a-certificate", "a European certificate", "HC1:" + good[4:])
    bad("prefix-twice", "the prefix twice", "SW1:" + good)
    bad("space-before", "a space before the prefix", " " + good)
    bad("space-after", "a space after the end, which is a digit in base45", good + " ")
    bad("newline-after", "a line break after the end", good + "\n")
    bad("lower-case", "all in small letters", good.lower())
    bad("one-left-over", "one character too many", good + "0")
    bad("one-missing", "one character too few", good[:-1])
    bad("not-of-the-alphabet", "a character that base45 has not", good[:10] + "_" + good[11:])
    bad("full-width", "a full-width digit", good[:10] + "１" + good[11:])
    bad("too-much-in-three", "three characters that are more than two bytes", "SW1:" + ":::" + good[7:])
    bad("too-much-in-two", "two characters that are more than a byte", good[: len(good) - len(good[4:]) % 3] + "::")
    bad("url", "an address", "https://shouwang.example.org/c/" + good[4:])
    bad("too-long-a-text", "a text longer than any code", "SW1:" + "0" * 3000)
    return file


def keys() -> File:
    file = File(
        "Well formed; it is the key or the signature that does not hold."
        " Form goes before key, key before use, use before signature."
    )
    good = text(GOOD)
    as_status = header(kid=STATUS_KID)
    file.add("unknown", "no key is trusted", good, "unknown_key", keys=())
    file.add("unknown-other", "other keys are trusted", good, "unknown_key", keys=("other_strip", "status", "root"))
    file.add(
        "unknown-and-forged",
        "unknown, and the signature would not hold either",
        text(raw_message(header(), PAYLOAD, sign=bytes(64))),
        "unknown_key",
        keys=("status",),
    )
    for use in ("status", "policy", "roster"):
        file.add(
            f"use-{use}",
            f"signed by a key for {use}",
            signed(strip(), protected=as_status, key=STATUS),
            "wrong_use",
            keys=("strip", use),
        )
    file.add(
        "use-root",
        "signed by the root key",
        signed(strip(), protected=header(kid=ROOT_KID), key=ROOT),
        "wrong_use",
        keys=("strip", "root"),
    )
    file.add(
        "use-and-forged",
        "a key for status, and the signature does not hold",
        text(raw_message(as_status, PAYLOAD, sign=bytes(64))),
        "wrong_use",
    )
    file.add(
        "key-of-another-algorithm",
        "names ESP256, but the trusted key is for Ed25519: the key says which",
        signed(strip(), protected=header(kid=EDWARDS_KID)),
        "wrong_use",
        keys=("strip", "edwards"),
    )
    file.add(
        "card-use-status",
        "a card signed by a key for status",
        signed(card(), protected=as_status, key=STATUS),
        "wrong_use",
    )
    file.add(
        "family-use-status",
        "a family signed by a key for status",
        signed(family(), protected=as_status, key=STATUS),
        "wrong_use",
    )
    file.add(
        "forged-zero", "a signature of zeros", text(raw_message(header(), PAYLOAD, sign=bytes(64))), "bad_signature"
    )
    file.add(
        "forged-ones", "a signature of ones", text(raw_message(header(), PAYLOAD, sign=b"\xff" * 64)), "bad_signature"
    )
    file.add(
        "forged-r-zero",
        "r is zero",
        text(raw_message(header(), PAYLOAD, sign=bytes(32) + SIGNATURE[32:])),
        "bad_signature",
    )
    file.add(
        "forged-s-zero",
        "s is zero",
        text(raw_message(header(), PAYLOAD, sign=SIGNATURE[:32] + bytes(32))),
        "bad_signature",
    )
    order = ORDER.to_bytes(32, "big")
    file.add(
        "forged-r-order",
        "r is the order of the group",
        text(raw_message(header(), PAYLOAD, sign=order + SIGNATURE[32:])),
        "bad_signature",
    )
    file.add(
        "forged-swapped",
        "r and s changed over",
        text(raw_message(header(), PAYLOAD, sign=SIGNATURE[32:] + SIGNATURE[:32])),
        "bad_signature",
    )
    file.add(
        "forged-one-bit",
        "one bit of the signature turned",
        text(raw_message(header(), PAYLOAD, sign=SIGNATURE[:-1] + bytes([SIGNATURE[-1] ^ 1]))),
        "bad_signature",
    )
    red = cbor2.dumps(replaced(strip(), -65537, [DAY_LIST, 1234567, 1]))
    file.add(
        "forged-colour",
        "red made green: the signature was over red",
        text(raw_message(header(), PAYLOAD, sign=signature(header(), red))),
        "bad_signature",
    )
    file.add(
        "forged-time",
        "made to last longer",
        text(raw_message(header(), cbor2.dumps(replaced(strip(), 6, IAT + 60)), sign=SIGNATURE)),
        "bad_signature",
    )
    file.add(
        "forged-name",
        "another name on a card",
        text(raw_message(header(), cbor2.dumps(card("*芳 60")), sign=cose(card())[-64:])),
        "bad_signature",
    )
    file.add(
        "forged-by-another-key",
        "signed by somebody else under our key's name",
        signed(strip(), key=OTHER),
        "bad_signature",
    )
    file.add(
        "trusted-other-key-same-name",
        "the trusted key of that name is another",
        good,
        "bad_signature",
        keys=("same_kid_other_key",),
    )
    file.add(
        "forged-without-context",
        "signed over the claims alone",
        text(raw_message(header(), PAYLOAD, sign=bare(PAYLOAD))),
        "bad_signature",
    )
    file.add("malformed-and-unknown", "form goes first", text(GOOD + b"\x00"), "malformed", keys=())
    return file


if __name__ == "__main__":
    made = {
        "profiles.json": profiles(),
        "claims.json": claims_of_no_profile(),
        "encodings.json": encodings(),
        "texts.json": texts(),
        "keys.json": keys(),
    }
    for name, file in made.items():
        print(name, file.write(name))
