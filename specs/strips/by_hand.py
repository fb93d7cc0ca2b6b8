"""Codes put together by hand, byte by byte, right and wrong ones. Uses nothing of Shouwang."""

import json
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = Path(__file__).parent
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
IAT = 1_592_000_000
DAY_LIST, CARD_LIST = 18425, 1_024_246
CTI = bytes.fromhex("0102030405060708")
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def p256(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


STRIP, OTHER, STATUS, ROOT = p256(0x5741_0001), p256(0x5741_0002), p256(0x5741_0003), p256(0x5741_0004)
EDWARDS = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KID, OTHER_KID, STATUS_KID, ROOT_KID, EDWARDS_KID = (bytes([0x10 * n] * 7 + [n]) for n in range(1, 6))


def public(key) -> str:
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()


KEYS = {
    "strip": {"kid": KID.hex(), "alg": -9, "use": "strip", "public": public(STRIP)},
    "other_strip": {"kid": OTHER_KID.hex(), "alg": -9, "use": "strip", "public": public(OTHER)},
    "status": {"kid": STATUS_KID.hex(), "alg": -9, "use": "status", "public": public(STATUS)},
    "policy": {"kid": STATUS_KID.hex(), "alg": -9, "use": "policy", "public": public(STATUS)},
    "roster": {"kid": STATUS_KID.hex(), "alg": -9, "use": "roster", "public": public(STATUS)},
    "root": {"kid": ROOT_KID.hex(), "alg": -9, "use": "root", "public": public(ROOT)},
    "edwards": {"kid": EDWARDS_KID.hex(), "alg": -19, "use": "strip", "public": public(EDWARDS)},
    "same_kid_other_key": {"kid": KID.hex(), "alg": -9, "use": "strip", "public": public(OTHER)},
}


def base45(data: bytes) -> str:
    out = []
    for place in range(0, len(data), 2):
        pair = data[place : place + 2]
        number = int.from_bytes(pair, "big")
        for _ in range(3 if len(pair) == 2 else 2):
            number, digit = divmod(number, 45)
            out.append(ALPHABET[digit])
    return "".join(out)


def signature(protected: bytes, payload: bytes, key=STRIP) -> bytes:
    signed = cbor2.dumps(["Signature1", protected, b"", payload])
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(signed)
    r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def strip() -> dict:
    return {4: IAT + 14400, 6: IAT, 7: CTI, -65537: [DAY_LIST, 1234567, 0]}


def card(name="*伟 19") -> dict:
    return {4: IAT + 90 * 86400, 6: IAT, -65537: [CARD_LIST, 7654321, 0], -65538: name}


def family(*members) -> dict:
    members = members or ([11, 0], [22, 2], [33, 0], [44, 1])
    return {4: IAT + 7200, 6: IAT, 7: CTI, -65539: [DAY_LIST, *members]}


def header(alg=-9, kid=KID) -> bytes:
    return cbor2.dumps({1: alg, 4: kid})


def cose(payload: dict | bytes, *, protected: bytes | None = None, key=STRIP) -> bytes:
    raw = payload if isinstance(payload, bytes) else cbor2.dumps(payload)
    protected = header() if protected is None else protected
    return cbor2.dumps([protected, {}, raw, signature(protected, raw, key)])


def text(message: bytes) -> str:
    return "SW1:" + base45(message)


def signed(payload: dict | bytes, **how) -> str:
    return text(cose(payload, **how))


def ok(kind, exp, iat, cti, list_number, members, name=None) -> dict:
    return {
        "state": "ok",
        "kind": kind,
        "exp": exp,
        "iat": iat,
        "cti": cti.hex() if cti else None,
        "list": list_number,
        "members": members,
        "masked_name": name,
    }


class File:
    def __init__(self, says: str) -> None:
        self.says, self.cases = says, []

    def add(self, name: str, says: str, code: str, expected, keys=("strip", "status")) -> None:
        expected = {"state": expected} if isinstance(expected, str) else expected
        self.cases.append({"id": name, "says": says, "text": code, "keys": list(keys), "expected": expected})

    def write(self, name: str) -> int:
        content = {"says": self.says, "keys": KEYS, "cases": self.cases}
        (HERE / name).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return len(self.cases)


def replaced(claims: dict, key, value) -> dict:
    return {**claims, key: value}


def without(claims: dict, key) -> dict:
    return {each: value for each, value in claims.items() if each != key}


GOOD = cose(strip())
PAYLOAD = cbor2.dumps(strip())
SIGNATURE = GOOD[-64:]


def raw_message(protected: bytes, payload: bytes, *, unprotected: bytes = b"\xa0", sign: bytes | None = None) -> bytes:
    """The array written by hand, where its parts must not be what an encoder would write."""
    sign = signature(protected, payload) if sign is None else sign
    return b"\x84" + cbor2.dumps(protected) + unprotected + cbor2.dumps(payload) + cbor2.dumps(sign)


def bare(payload: bytes) -> bytes:
    r, s = decode_dss_signature(STRIP.sign(payload, ec.ECDSA(SHA256(), deterministic_signing=True)))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")
